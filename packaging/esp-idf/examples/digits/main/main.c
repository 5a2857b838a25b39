/* Recognises a handwritten digit. */
#include <stdio.h>

#include "picture.h"
#include "recognise.h"

void app_main(void) {
  printf("the picture shows a %d\n", (int)recognise(picture));
}
