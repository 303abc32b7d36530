#![no_main]

mod chunk;

libfuzzer_sys::fuzz_target!(|input: chunk::Input| chunk::decode(6, &input));
