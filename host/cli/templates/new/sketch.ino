// Runs the model {{ p.symbol }}: inputs in, outputs printed. Written by `tvm-embedded new`; change it as you like.
#include "src/model/{{ p.symbol }}.h"

#if TVM_{{ p.upper }}_INPUT_COUNT != {{ p.inputs.len() }} || TVM_{{ p.upper }}_OUTPUT_COUNT != {{ p.outputs.len() }}{% for t in p.inputs %} || \
    !defined(TVM_{{ p.upper }}_INPUT_{{ t.upper }}_{% if t.quantised %}SCALE{% else %}ELEMENTS{% endif %}){% endfor %}{% for t in p.outputs %} || \
    !defined(TVM_{{ p.upper }}_OUTPUT_{{ t.upper }}_{% if t.quantised %}SCALE{% else %}ELEMENTS{% endif %}){% endfor %}
#error "the inputs or outputs of the model in {{ p.place.model }}/ are not those of this program: change readInputs and printOutputs, then this check"
#endif

// All memory that the model uses, and the context that refers to it.
TVM_{{ p.upper }}_STATIC_CONTEXT(context);
{% if !p.inputs.is_empty() %}static tvm_{{ p.symbol }}_input_t input;
{% endif %}{% if !p.outputs.is_empty() %}static tvm_{{ p.symbol }}_output_t output;
{% endif %}
{% if !p.inputs.is_empty() %}// Write your data here, from a sensor or a radio. This example sets every element to zero.
static void readInputs() {
{% for t in p.inputs %}  // {{ t.describe }}
  for (size_t i = 0; i < TVM_{{ p.upper }}_INPUT_{{ t.upper }}_ELEMENTS; i++) {
{% if t.quantised %}    input.{{ t.name }}[i] = tvm_{{ p.symbol }}_input_{{ t.name }}_quantize(0.0f);
{% else %}    input.{{ t.name }}[i] = 0;
{% endif %}  }
{% endfor %}}
{% endif %}
static void printOutputs() {
{% for t in p.outputs %}  Serial.print("{{ t.name }}:");
  for (size_t i = 0; i < TVM_{{ p.upper }}_OUTPUT_{{ t.upper }}_ELEMENTS; i++) {
    Serial.print(" ");
{% if t.quantised %}    Serial.print((double)tvm_{{ p.symbol }}_output_{{ t.name }}_dequantize(output.{{ t.name }}[i]), 6);
{% else %}    Serial.print((double)output.{{ t.name }}[i], 6);
{% endif %}  }
  Serial.println();
{% endfor %}}

void setup() {
  Serial.begin(115200);
{% if p.state %}  // The model keeps state from run to run: reset it before the first run, and before each new stream.
{% endif %}  (void)TVMReset_{{ p.symbol }}(&context);
}

void loop() {
{% if !p.inputs.is_empty() %}  const TVMInputs_{{ p.symbol }} inputs = TVM_{{ p.upper }}_INPUTS(&input);
{% endif %}{% if !p.outputs.is_empty() %}  const TVMOutputs_{{ p.symbol }} outputs = TVM_{{ p.upper }}_OUTPUTS(&output);
{% endif %}{% if !p.inputs.is_empty() %}  readInputs();
{% endif %}  if (TVMExecute_{{ p.symbol }}({% if p.inputs.is_empty() %}NULL{% else %}&inputs{% endif %}, {% if p.outputs.is_empty() %}NULL{% else %}&outputs{% endif %}, &context) == TVM_STATUS_OK) {
    printOutputs();
  } else {
    Serial.println("the model failed");
  }
  delay(1000);
}
