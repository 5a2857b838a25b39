//! Compiles the C side of the benchmarks and links the runtime's library.

fn main() {
    println!("cargo::rerun-if-changed=calls");
    cc::Build::new()
        .files(["calls", "entry", "lib0", "lib1"].map(|name| format!("calls/{name}.c")))
        .include("../capi/include")
        .opt_level(2)
        .compile("tvm_embedded_bench_calls");
    let library = std::env::var("DEP_TVM_EMBEDDED_DIR").expect("the crate tvm_embedded_runtime sets its directory");
    println!("cargo::rustc-link-search=native={library}");
    println!("cargo::rustc-link-lib=static:-bundle=tvm_embedded");
}
