#!/bin/sh
# run.sh CORE PROGRAM [FLAG|FILE]...
#
# Compiles C files to PROGRAM for a core that has no library, links them with nothing but memcpy and similar functions, and runs the
# program in an emulator: `avr` is an ATmega1284P in simavr, `lx106` an Xtensa LX106 in QEMU. Its output is printed;
# the exit code is 0 only if it printed PASSED.
set -eu
[ $# -ge 3 ] || { echo "usage: $0 CORE PROGRAM [FLAG|FILE]..." >&2; exit 2; }
core=$1 program=$2 here=$(dirname "$0")
shift 2
case $core in
avr)
    avr-gcc -std=c99 -Os -mmcu=atmega1284p -ffunction-sections -fdata-sections -Wl,--gc-sections "$@" -o "$program"
    output=$(timeout 60 simavr -m atmega1284p -f 16000000 "$program" 2>&1) || true
    ;;
lx106)
    xtensa-lx106-elf-gcc -std=c99 -Os -ffreestanding -isystem "$here/lx106" -mtext-section-literals -nostdlib \
        -fno-tree-loop-distribute-patterns -ffunction-sections -fdata-sections -Wl,--gc-sections,--no-warn-rwx-segments \
        -T "$here/lx106/lx106.ld" "$here/lx106/start.S" "$here/lx106/runtime.c" "$@" -lgcc -o "$program"
    output=$(timeout 60 qemu-system-xtensa -M sim -cpu lx106 -nographic -monitor none -serial none -semihosting \
        -kernel "$program" </dev/null 2>&1) || output="$output
exit code $?"
    ;;
*)
    echo "$0: no core '$core'; there are avr and lx106" >&2
    exit 2
    ;;
esac
echo "$output"
case $output in *PASSED*) ;; *) exit 1 ;; esac
