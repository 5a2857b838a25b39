/* QEMU plugin: how many instructions a program executed, in all, per function, and between two functions' entries.
 *
 *   cc -O2 -shared -fPIC -DQEMU_PLUGIN_API=1 insncount.c -o insncount.so
 *   qemu-system-arm ... -plugin ./insncount.so,out=FILE[,from=FUNCTION,to=FUNCTION[,places=on]] -kernel program
 *
 * The counts are exact and the same in every run. They are instructions, not cycles: QEMU has no model of a core's timing.
 * FILE then holds lines of these kinds:
 *   total <instructions>
 *   range <instructions>                        one for each time `to` was entered after `from`
 *   at <address> <times>                        with places=on, after the line of a range: how often an instruction ran in it
 *   function <instructions> <entries> <name>    most instructions first; functions of one name are one line
 *
 * Debian ships no qemu-plugin.h, so the few functions are declared here, as QEMU's documentation describes them. API
 * version 1 is for QEMU 6 to 8, version 2 for QEMU 9 and later.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*translated_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*executed_cb)(unsigned vcpu, void *user);
typedef void (*exit_cb)(qemu_plugin_id_t, void *user);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translated_cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, executed_cb, int flags, void *user);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, exit_cb, void *user);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

/* QEMU reads these two by name. */
__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_API;
__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                                               char **argv);

struct function {
    struct function *next;
    char *name;
    uint64_t entry; /* the address translated first: a function is entered before anything else of it runs */
    uint64_t instructions;
    uint64_t entries;
};

/* An instruction, with places=on. Code that is translated again has the same one. */
struct place {
    struct place *next;   /* of the same slot */
    struct place *before; /* of all */
    struct function *function;
    uint64_t address;
    uint64_t times; /* since the range began */
};

#define SLOTS 4096

static struct place *slots[SLOTS], *places;
static bool with_places;
static struct function *functions;
static const struct function *from, *to;
static uint64_t total, range_start;
static bool in_range;
static const char *from_name = "", *to_name = "";
static FILE *out;

static void *checked(void *memory) {
    if (memory == NULL) {
        fputs("insncount: out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

/* Called when code is translated, not when it runs, so a list is fast enough. */
static struct function *function_at(const char *name, uint64_t address) {
    struct function *f;
    for (f = functions; f != NULL; f = f->next) {
        if (strcmp(f->name, name) == 0) {
            return f;
        }
    }
    f = checked(calloc(1, sizeof *f));
    f->name = checked(strdup(name));
    f->entry = address;
    f->next = functions;
    functions = f;
    if (strcmp(name, from_name) == 0) {
        from = f;
    }
    if (strcmp(name, to_name) == 0) {
        to = f;
    }
    return f;
}

static struct place *place_at(struct function *function, uint64_t address) {
    struct place **slot = &slots[address / 2 % SLOTS], *p;
    for (p = *slot; p != NULL; p = p->next) {
        if (p->address == address) {
            return p;
        }
    }
    p = checked(calloc(1, sizeof *p));
    p->function = function;
    p->address = address;
    p->next = *slot;
    p->before = places;
    *slot = places = p;
    return p;
}

/* Writes how often instructions ran, or not, and starts from 0. */
static void take_places(bool write) {
    struct place *p;
    for (p = places; p != NULL; p = p->before) {
        if (write && p->times != 0) {
            fprintf(out, "at %" PRIu64 " %" PRIu64 "\n", p->address, p->times);
        }
        p->times = 0;
    }
}

/* Runs before on_instruction for the same instruction, which therefore belongs to the range that begins with it. */
static void on_entry(unsigned vcpu, void *user) {
    struct function *f = user;
    (void)vcpu;
    f->entries++;
    if (in_range && f == to) {
        fprintf(out, "range %" PRIu64 "\n", total - range_start);
        in_range = false;
        take_places(true);
    } else if (!in_range && f == from) {
        range_start = total;
        in_range = true;
        take_places(false);
    }
}

static void on_instruction(unsigned vcpu, void *user) {
    (void)vcpu;
    ((struct function *)user)->instructions++;
    total++;
}

static void on_place(unsigned vcpu, void *user) {
    struct place *p = user;
    p->times++;
    on_instruction(vcpu, p->function);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
    size_t i, n = qemu_plugin_tb_n_insns(block);
    (void)id;
    for (i = 0; i < n; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        const char *name = qemu_plugin_insn_symbol(instruction);
        struct function *f = function_at(name != NULL && *name != '\0' ? name : "?", address);
        if (address == f->entry) {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_entry, 0, f);
        }
        if (with_places) {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_place, 0, place_at(f, address));
        } else {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_instruction, 0, f);
        }
    }
}

static int by_instructions(const void *a, const void *b) {
    const struct function *x = *(struct function *const *)a, *y = *(struct function *const *)b;
    if (x->instructions != y->instructions) {
        return x->instructions < y->instructions ? 1 : -1;
    }
    return strcmp(x->name, y->name);
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *user) {
    struct function *f, **sorted;
    size_t i, n = 0;
    (void)id;
    (void)user;
    for (f = functions; f != NULL; f = f->next) {
        n++;
    }
    sorted = checked(calloc(n + 1, sizeof *sorted));
    for (f = functions, i = 0; f != NULL; f = f->next) {
        sorted[i++] = f;
    }
    qsort(sorted, n, sizeof *sorted, by_instructions);
    fprintf(out, "total %" PRIu64 "\n", total);
    for (i = 0; i < n; i++) {
        fprintf(out, "function %" PRIu64 " %" PRIu64 " %s\n", sorted[i]->instructions, sorted[i]->entries,
                sorted[i]->name);
    }
    free(sorted);
    fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
    int i;
    (void)info;
    for (i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        size_t key = value != NULL ? (size_t)(value - argv[i]) : 0;
        if (key == 3 && strncmp(argv[i], "out", key) == 0) {
            out = fopen(value + 1, "w");
        } else if (key == 4 && strncmp(argv[i], "from", key) == 0) {
            from_name = checked(strdup(value + 1));
        } else if (key == 2 && strncmp(argv[i], "to", key) == 0) {
            to_name = checked(strdup(value + 1));
        } else if (key == 6 && strcmp(argv[i], "places=on") == 0) {
            with_places = true;
        } else {
            fprintf(stderr, "insncount: unknown option %s\n", argv[i]);
            return -1;
        }
    }
    if (out == NULL) {
        fputs("insncount: no writable file given with out=FILE\n", stderr);
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
