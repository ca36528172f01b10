#!/usr/bin/env python3
"""Load an adapter written by another program with real peft and compare its dW with what was meant.

    peft_round_trip.py ADAPTER_DIR --layer NAME SHAPE EXPECTED.npy [--layer ...] [--conv1d | --embedding] [--base BASE.safetensors] [--tol 1e-6]

ADAPTER_DIR  adapter_config.json + adapter_model.safetensors (LoRA, GraLoRA; whatever else peft loads)
NAME         the module's name, with or without a trailing .weight: layers.0.q_proj
SHAPE        of the base weight: 36x24 (Linear: out x in; --conv1d: in x out; --embedding: tokens x dim; 10x6x3x3: a Conv2d)
EXPECTED     dW in the orientation of the base weight, or - to compare nothing (prints the norm)
--base       take the base weights from this file (needed for DoRA); otherwise random

For each layer it prints max |dW - expected| and the relative Frobenius difference; it also runs a forward pass with and without
the adapter and checks that the difference is x dW^T, so that the layout is right for inference, not only for merging.
Needs torch, transformers and peft from PyPI (run with peft 0.21.2, transformers 5.24.0, torch 2.15.0); not part of cargo test.

Exit 1 when a key is missing or unexpected, a warning of peft speaks of keys or shapes, or a difference is above --tol (relative, Frobenius).
"""
import argparse, os, sys, warnings
os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np, torch
from torch import nn
from transformers.pytorch_utils import Conv1D
from peft import PeftConfig, PeftModel, get_peft_model
from peft.utils.save_and_load import load_peft_weights, set_peft_model_state_dict
p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("dir"); p.add_argument("--layer", nargs=3, action="append", required=True, metavar=("NAME", "SHAPE", "NPY"))
p.add_argument("--conv1d", action="store_true"); p.add_argument("--embedding", action="store_true"); p.add_argument("--base"); p.add_argument("--tol", type=float, default=1e-6)
a = p.parse_args()
base_tensors = {}
if a.base:
    from safetensors.torch import load_file
    base_tensors = load_file(a.base)
layers = [(n.removesuffix(".weight"), tuple(int(x) for x in s.lower().split("x")), f) for n, s, f in a.layer]

def leaf(shape):
    if len(shape) == 4: return nn.Conv2d(shape[1], shape[0], shape[2:], bias=False)
    if a.embedding: return nn.Embedding(*shape)
    if a.conv1d: return Conv1D(shape[1], shape[0])
    return nn.Linear(shape[1], shape[0], bias=True)
class Shell(nn.Module):
    def forward(self, x): return x
def build():
    torch.manual_seed(0); root = Shell()
    for name, shape, _ in layers:
        m = root; parts = name.split(".")
        for q in parts[:-1]:
            if q not in m._modules: m.add_module(q, Shell())
            m = m._modules[q]
        l = leaf(shape)
        if name + ".weight" in base_tensors: l.weight.data = base_tensors[name + ".weight"].float()
        m.add_module(parts[-1], l)
    return root.double()
bad = []
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    model = PeftModel.from_pretrained(build(), a.dir, autocast_adapter_dtype=False).double().eval()
    cfg = PeftConfig.from_pretrained(a.dir); res = set_peft_model_state_dict(get_peft_model(build(), cfg), load_peft_weights(a.dir, device="cpu"))
for w in seen:
    t = str(w.message)
    if any(x in t.lower() for x in ("missing", "unexpected", "mismatch", "size", "keys")): bad.append("peft warns: " + t[:200])
prefix = {"LORA": "lora_", "GRALORA": "gralora_"}.get(str(cfg.peft_type).split(".")[-1], "_____")
missing = [k for k in res.missing_keys if prefix in k]
if missing: bad.append(f"missing keys: {missing[:4]}")
if res.unexpected_keys: bad.append(f"unexpected keys: {res.unexpected_keys[:4]}")
mods = dict(model.base_model.model.named_modules()); merged = None
for name, shape, f in layers:
    m = mods[name]
    if not hasattr(m, "get_delta_weight"): bad.append(f"{name}: peft put no adapter there (target_modules?)"); continue
    if getattr(m, "use_dora", {}).get("default", False):
        w0 = m.get_base_layer().weight.detach().clone(); m.merge(); d = m.get_base_layer().weight.detach() - w0; m.unmerge()
    else: d = m.get_delta_weight("default").detach()
    d = d.reshape(shape)
    with torch.no_grad():
        if len(shape) == 2:
            x = torch.arange(shape[0]) if a.embedding else torch.randn(3, shape[0] if a.conv1d else shape[1], dtype=torch.float64)
            diff = m(x) - m.get_base_layer()(x)
            if not a.embedding: z = torch.zeros_like(x); diff = diff - (m(z) - m.get_base_layer()(z))      # lora_B.bias is no part of dW
            want = d[x] if a.embedding else x @ (d if a.conv1d else d.T)
            fwd = float((diff - want).abs().max())
            if fwd > 1e-6 * (1 + float(want.abs().max())): bad.append(f"{name}: forward differs from x dW^T by {fwd:.3g}")
        else: fwd = float("nan")
    d = d.numpy(); line = f"{name} {'x'.join(map(str, shape))}: |dW| = {np.linalg.norm(d):.6g}, forward {fwd:.2g}"
    if f != "-":
        e = np.load(f).astype(np.float64)
        if e.shape != d.shape: bad.append(f"{name}: expected is {e.shape}, dW is {d.shape}"); print(line); continue
        rel = float(np.linalg.norm(d - e) / (np.linalg.norm(e) or 1))
        line += f", max |dW - expected| = {np.abs(d - e).max():.3g}, relative {rel:.3g}"
        if rel > a.tol: bad.append(f"{name}: relative difference {rel:.3g}")
    print(line)
print(f"{cfg.peft_type}: " + ("; ".join(bad) if bad else "peft loads it and dW is the same")); sys.exit(bool(bad))
