"""The parts of a comparison with brokers' closed lots: placing, pairing, explaining."""
