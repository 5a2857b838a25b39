/* Runs the model {{ p.symbol }}: inputs in, outputs printed. Written by `tvm-embedded new`; change it as you like. */
#include <stdio.h>

{% if p.board == "rp2040" %}#include "pico/stdlib.h"

{% else if p.has_uart() %}#include "board.h"
{% endif %}#include "{{ p.symbol }}.h"

#if TVM_{{ p.upper }}_INPUT_COUNT != {{ p.inputs.len() }} || TVM_{{ p.upper }}_OUTPUT_COUNT != {{ p.outputs.len() }}{% for t in p.inputs %} || \
    !defined(TVM_{{ p.upper }}_INPUT_{{ t.upper }}_{% if t.quantised %}SCALE{% else %}ELEMENTS{% endif %}){% endfor %}{% for t in p.outputs %} || \
    !defined(TVM_{{ p.upper }}_OUTPUT_{{ t.upper }}_{% if t.quantised %}SCALE{% else %}ELEMENTS{% endif %}){% endfor %}
#error "the inputs or outputs of the model in {{ p.place.model }}/ are not those of this program: change read_inputs and print_outputs, then this check"
#endif

/* All memory that the model uses, and the context that refers to it. */
TVM_{{ p.upper }}_STATIC_CONTEXT(g_context);
{% if !p.inputs.is_empty() %}static tvm_{{ p.symbol }}_input_t g_input;
{% endif %}{% if !p.outputs.is_empty() %}static tvm_{{ p.symbol }}_output_t g_output;
{% endif %}
{% if !p.inputs.is_empty() %}/* Write your data here: from a sensor, a file, a radio. This example sets every element to zero. */
static void read_inputs(void) {
  size_t i;
{% for t in p.inputs %}  /* {{ t.describe }} */
  for (i = 0; i < TVM_{{ p.upper }}_INPUT_{{ t.upper }}_ELEMENTS; i++) {
{% if t.quantised %}    g_input.{{ t.name }}[i] = tvm_{{ p.symbol }}_input_{{ t.name }}_quantize(0.0f);
{% else %}    g_input.{{ t.name }}[i] = 0;
{% endif %}  }
{% endfor %}}
{% endif %}
static void print_outputs(void) {
  size_t i;
{% for t in p.outputs %}  printf("{{ t.name }}:");
  for (i = 0; i < TVM_{{ p.upper }}_OUTPUT_{{ t.upper }}_ELEMENTS; i++) {
{% if t.quantised %}    printf(" %g", (double)tvm_{{ p.symbol }}_output_{{ t.name }}_dequantize(g_output.{{ t.name }}[i]));
{% else %}    printf(" %g", (double)g_output.{{ t.name }}[i]);
{% endif %}  }
  printf("\n");
{% endfor %}}

/* Returns 0 if every run succeeds. */
static int run_model(void) {
{% if !p.inputs.is_empty() %}  const TVMInputs_{{ p.symbol }} inputs = TVM_{{ p.upper }}_INPUTS(&g_input);
{% endif %}{% if !p.outputs.is_empty() %}  const TVMOutputs_{{ p.symbol }} outputs = TVM_{{ p.upper }}_OUTPUTS(&g_output);
{% endif %}  int run;
{% if p.state %}  /* The model keeps state from run to run: reset it before the first run, and before each new stream. */
{% endif %}  int32_t status = TVMReset_{{ p.symbol }}(&g_context);
  for (run = 0; run < {{ p.runs }} && status == TVM_STATUS_OK; run++) {
{% if !p.inputs.is_empty() %}    read_inputs();
{% endif %}    status = TVMExecute_{{ p.symbol }}({% if p.inputs.is_empty() %}NULL{% else %}&inputs{% endif %}, {% if p.outputs.is_empty() %}NULL{% else %}&outputs{% endif %}, &g_context);
    if (status == TVM_STATUS_OK) {
      print_outputs();
    }
  }
  if (status != TVM_STATUS_OK) {
    printf("the model failed: status %ld\n", (long)status);
    return 1;
  }
  return 0;
}

{% if p.board == "esp32c3" %}void app_main(void) {
  (void)run_model();
}
{% else %}int main(void) {
{% if p.board == "rp2040" %}  stdio_init_all();
  for (;;) {
    (void)run_model();
    sleep_ms(1000);
  }
{% else %}{% if p.has_uart() %}  board_init();
{% endif %}  return run_model();
{% endif %}}
{% endif %}