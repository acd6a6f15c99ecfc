//! Makes the Rust of the gRPC contract in a folder (`scripts/generate.sh` calls it). `protox` reads the .proto in Rust,
//! so no `protoc` is needed. A program of its own and not a build script: reading a contract takes as many crates as
//! a third of the gateway, which everybody who builds that would have to compile.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const PROTO: &str = "yoriai/llm/v1/gateway.proto";

fn main() -> Result<(), Box<dyn Error>> {
    let mut folders = env::args_os().skip(1).map(PathBuf::from);
    let (Some(protos), Some(out), None) = (folders.next(), folders.next(), folders.next()) else {
        return Err("usage: llm-gateway-codegen PROTO_FOLDER OUT_FOLDER".into());
    };
    let descriptors = protox::compile([PROTO], [protos])?;
    fs::create_dir_all(&out)?;
    fs::write(out.join("gateway.bin"), descriptors.encode_to_vec())?;
    // Image bytes are sliced out of the received frame rather than copied.
    tonic_prost_build::configure()
        .bytes(".yoriai.llm.v1.Image.data")
        .build_transport(false)
        .out_dir(out)
        .compile_fds(descriptors)?;
    Ok(())
}
