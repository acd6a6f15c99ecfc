//! The catalogue is built in as a folder, whose files the compiler does not watch by itself.

fn main() {
    println!("cargo:rerun-if-changed=models");
}
