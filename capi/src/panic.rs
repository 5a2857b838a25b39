//! The panic handler. No panic is reachable: in optimised builds the handler calls a function that does not
//! exist, so an image that could reach it does not link.

#[cfg(not(debug_assertions))]
unsafe extern "C" {
    safe fn tvm_embedded_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(not(debug_assertions))]
    tvm_embedded_panic_is_reachable();
    #[cfg(debug_assertions)]
    loop {}
}
