#!/bin/sh
# run-on-board.sh MACHINE PROGRAM
#
# Runs a bare-metal program on one of QEMU's boards. The script prints its text and returns its exit code. A program that
# does not end (a fault handler is also an endless loop) is stopped and counts as failed, with exit code 124.
#
#   TVM_EMBEDDED_TIMEOUT     seconds until a program is stopped; 60 if not set
#   TVM_EMBEDDED_QEMU_ARGS   further arguments for QEMU, for instance "-s -S" to wait for a debugger
set -u
[ $# -ge 2 ] || { echo "usage: $0 MACHINE PROGRAM" >&2; exit 2; }
machine=$1 program=$2
case $machine in
virt) qemu="qemu-system-riscv32 -M virt -bios none" ;;
virt-rv64) qemu="qemu-system-riscv64 -M virt -bios none" ;;
virt-cortex-a7) qemu="qemu-system-arm -M virt -cpu cortex-a7 -nic none" ;;
realview-eb) qemu="qemu-system-arm -M realview-eb -cpu cortex-r5f -nic none -audiodev none,id=none -global pl041.audiodev=none" ;;
*) qemu="qemu-system-arm -M $machine" ;;
esac
# Semihosting prints to QEMU's standard error; CTest's regular expressions and pipes read standard output.
# shellcheck disable=SC2086 -- the two variables hold several words
timeout -k 5 "${TVM_EMBEDDED_TIMEOUT:-60}" $qemu -nographic -monitor none -serial none \
    -semihosting-config enable=on,target=native ${TVM_EMBEDDED_QEMU_ARGS-} -kernel "$program" </dev/null 2>&1
code=$?
[ $code -ne 124 ] || echo "$program: still running on $machine after ${TVM_EMBEDDED_TIMEOUT:-60} s (endless loop or fault)"
exit $code
