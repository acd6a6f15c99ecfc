//! `scripts/fuzz.sh 60 answers`; see `llm_gateway::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| llm_gateway::fuzzing::answers(data));
