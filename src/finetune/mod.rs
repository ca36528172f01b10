//! The paper's experiment 2: pretrain on digits 0–4, adapt to 5–9.
