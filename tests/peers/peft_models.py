#!/usr/bin/env python3
"""Put written adapters and plans on a real model of transformers with real peft, and compare with numpy's SVD.

    peft_models.py CLASS CONFIG.json BASE.safetensors [--tuned TUNED.safetensors] [--adapter FOLDER ...] [--plan PLAN.json ...] [--prefix P]

CLASS, CONFIG   such as GPT2LMHeadModel and its configuration as JSON, with which the weights of BASE are loaded
--tuned         the update is TUNED minus BASE; without, BASE itself
--adapter       a folder that `localized-lora adapter` wrote, or one that holds rank-1, rank-2, ... : peft must find every tensor and
                no other, ΔW of each layer must be the best approximation at its rank (numpy), unloading must give the base again,
                and the model merged must compute what it computes with the adapter beside it
--plan          what `localized-lora plan --json` printed: its settings go to LoraConfig or GraloraConfig, and every layer must get
                the rank of the plan, others none
--prefix        what the model has before the names in the file: "bert." where the file says encoder.layer.0 …

Needs torch, transformers, peft, safetensors (run with 2.15.0, 5.24.0, 0.21.2, 0.8.0); not part of cargo test. Exit 1 on any difference.
"""
import argparse, json, os, sys, warnings
os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np, torch, transformers
from safetensors.torch import load_file
from peft import GraloraConfig, LoraConfig, PeftConfig, PeftModel, get_peft_model
from peft.utils.save_and_load import load_peft_weights, set_peft_model_state_dict

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("cls"); p.add_argument("config"); p.add_argument("base"); p.add_argument("--tuned"); p.add_argument("--prefix", default="")
p.add_argument("--adapter", action="append", default=[]); p.add_argument("--plan", action="append", default=[])
a = p.parse_args()
base, tuned = load_file(a.base), load_file(a.tuned) if a.tuned else None
bad = []

def build():
    cls = getattr(transformers, a.cls)
    with open(a.config) as file: config = cls.config_class(**json.load(file))
    model = cls(config).double().eval()
    state = {a.prefix + name: tensor.double() for name, tensor in base.items()}
    known = model.state_dict()
    lost = [name for name, tensor in state.items() if name not in known and tensor.is_floating_point()]
    if lost and not bad: bad.append(f"the model has no {lost[:3]}")
    model.load_state_dict(state, strict=False)
    return model

def update(name):
    """ΔW of a module of the file, as the file stores it."""
    key = name + ".weight"
    found = base[key].double().numpy()
    return tuned[key].double().numpy() - found if tuned else found

def best(matrix, grid, rank):
    rows, cols = (side // grid for side in matrix.shape)
    out = np.zeros_like(matrix)
    for j in range(grid):
        for i in range(grid):
            place = np.s_[j * rows:(j + 1) * rows, i * cols:(i + 1) * cols]
            u, s, v = np.linalg.svd(matrix[place], full_matrices=False)
            out[place] = (u[:, :rank] * s[:rank]) @ v[:rank]
    return out

def adapted(model):
    """The modules that peft put an adapter on, without the names of its wrappers."""
    mods = model.base_model.model.named_modules()
    return {name: mod for name, mod in mods if hasattr(mod, "get_delta_weight") and hasattr(mod, "base_layer")}

def ids(model):
    vocabulary = model.config.vocab_size
    return torch.randint(0, vocabulary, (2, 9), generator=torch.Generator().manual_seed(1))

def out(model, x):
    with torch.no_grad(): found = model(x)
    return next(iter(found.values())) if isinstance(found, dict) else found[0]

def warned(seen):
    """What peft told; Python and transformers tell of deprecations and files, too."""
    return [str(w.message)[:160] for w in seen if issubclass(w.category, UserWarning)]

def folders(path):
    if os.path.exists(os.path.join(path, "adapter_config.json")): return [path]
    return sorted(os.path.join(path, one) for one in os.listdir(path))

for folder in [one for path in a.adapter for one in folders(path)]:
    cfg = PeftConfig.from_pretrained(folder); kind = str(cfg.peft_type).split(".")[-1]
    tensors = load_peft_weights(folder, device="cpu")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        plain = build(); before = {k: v.clone() for k, v in plain.state_dict().items()}
        model = PeftModel.from_pretrained(plain, folder, autocast_adapter_dtype=False).double().eval()
        again = set_peft_model_state_dict(get_peft_model(build(), cfg), tensors)
    told = warned(seen)
    if told: bad.append(f"{folder}: peft warns: {told[:2]}")
    lost = [k for k in again.missing_keys if "lora_" in k]
    if lost or again.unexpected_keys: bad.append(f"{folder}: missing {lost[:3]}, unexpected {again.unexpected_keys[:3]}")
    found, worst, most = adapted(model), 0.0, 0.0
    wanted = {k.removeprefix("base_model.model.").split(".lora_")[0].split(".gralora_")[0] for k in tensors}
    if set(found) != wanted: bad.append(f"{folder}: peft adapts {sorted(set(found) ^ wanted)[:4]} otherwise")
    for name, mod in found.items():
        delta = mod.get_delta_weight("default").detach().numpy()
        whole = update(name.removeprefix(a.prefix))
        if delta.shape != whole.shape: bad.append(f"{folder}: {name} is {delta.shape}, not {whole.shape}"); continue
        if kind == "LORA": grid, rank = 1, mod.r["default"]
        else: grid = cfg.gralora_k; rank = cfg.r // grid
        expected = best(whole, grid, rank)
        worst = max(worst, np.linalg.norm(delta - expected) / np.linalg.norm(expected)); most = max(most, rank)
    x = ids(model); beside = out(model, x)
    with model.disable_adapter(): alone = out(model, x)
    merged = model.merge_and_unload(); joined = out(merged, x)
    apart = float((joined - beside).abs().max()); moved = float((beside - alone).abs().max())
    if worst > 1e-5: bad.append(f"{folder}: ΔW differs by {worst:.3g}")
    if apart > 1e-6 * (1 + float(beside.abs().max())): bad.append(f"{folder}: merged differs by {apart:.3g}")
    if moved == 0: bad.append(f"{folder}: the adapter changes nothing")
    print(f"{folder}: {kind}, {len(found)} layers, largest rank {most}, ΔW to numpy's best {worst:.2g}, merged − beside {apart:.2g}, moves the output by {moved:.3g}, {len(told)} warnings")

for path in a.plan:
    with open(path) as file: plan = json.load(file)
    ranks = {}
    for settings in plan["peft"]:
        settings = dict(settings); kind = settings.pop("peft_type")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            cfg = (LoraConfig if kind == "LORA" else GraloraConfig)(**settings)
            model = get_peft_model(build(), cfg)
        # A plan does not say how the base stores its weights; peft finds out and says so.
        told = [text for text in warned(seen) if "fan_in_fan_out" not in text]
        if told: bad.append(f"{path}: peft warns {told[:2]}")
        for name, mod in adapted(model).items():
            if kind == "LORA":
                rank = mod.r["default"]
                if mod.scaling["default"] != 1: bad.append(f"{path}: {name} has scale {mod.scaling['default']}")
            else: rank = cfg.r // cfg.gralora_k
            ranks.setdefault(name.removeprefix(a.prefix), []).append(rank)
    wanted = {layer["layer"].removesuffix(".weight"): [layer["rank"]] for layer in plan["layers"] if layer["rank"]}
    if ranks != wanted: bad.append(f"{path}: peft gives {[(k, ranks.get(k), wanted.get(k)) for k in sorted(set(ranks) | set(wanted)) if ranks.get(k) != wanted.get(k)][:5]}")
    print(f"{path}: {plan['structure']}, ranks {sorted({r for one in wanted.values() for r in one})} on {len(wanted)} layers, as peft {'gives them' if ranks == wanted else 'DOES NOT'}")
print("; ".join(bad) if bad else "all as written"); sys.exit(bool(bad))
