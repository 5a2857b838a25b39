/* Recognises a handwritten digit. */
#include <stdio.h>

#include "picture.h"
#include "recognise.h"

int main(void) {
  printf("the picture shows a %d\n", (int)recognise(picture));
  return 0;
}
