#include "Arduino.h"
#include "Digits.ino"

int main() {
  setup();
  for (;;) {
    loop();
  }
}
