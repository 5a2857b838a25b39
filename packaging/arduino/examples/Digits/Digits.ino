// Recognises a handwritten digit. The model in src/digits was written by
//   tvm-embedded generate digits.tflite --no-library -o src/digits
#include <tvm_embedded.h>

#include "src/digits/digits.h"
#include "picture.h"

TVM_DIGITS_STATIC_CONTEXT(context);
static tvm_digits_output_t output;

void setup() {
  Serial.begin(115200);
}

void loop() {
  const TVMInputs_digits inputs = { picture };
  const TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&output);
  int best = 0;
  if (TVMExecute_digits(&inputs, &outputs, &context) != TVM_STATUS_OK) {
    Serial.println("the model failed");
    return;
  }
  for (int digit = 1; digit < 10; digit++) {
    if (output.probabilities[digit] > output.probabilities[best]) {
      best = digit;
    }
  }
  Serial.print("the picture shows a ");
  Serial.println(best);
  delay(1000);
}
