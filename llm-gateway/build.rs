//! Compiles the gRPC contract. `protox` reads the .proto in Rust, so no `protoc` is needed to build.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const PROTO: &str = "proto/yoriai/llm/v1/gateway.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-changed=models");
    let descriptors = protox::compile([PROTO], ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("gateway.bin"), descriptors.encode_to_vec())?;
    // Image bytes are sliced out of the received frame rather than copied.
    tonic_prost_build::configure()
        .bytes(".yoriai.llm.v1.Image.data")
        .build_transport(false)
        .compile_fds(descriptors)?;
    Ok(())
}
