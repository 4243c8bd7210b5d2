"""Computes the check.npz of an exported folder with other programs.

    python check_export.py FOLDER onnx|pytorch|fader_networks|tensorflow|numpy ...

Prints a list in JSON: for each program and output of a function the largest difference to what the run's own engine computed: of a number, or
of its size where it is larger than 1. Ends with 1 if one is above the tolerance of check.npz.
"""

import importlib
import json
import re
import sys
from pathlib import Path

import numpy as np

METHODS = {'encoder': 'encode', 'decoder': 'decode', 'predictor': 'predict'}


def functions_of(check):
    """Names of functions and what they give: [('encoder', 'features'), ...]."""
    return [tuple(name.split('.', 1)) for name in check if '.' in name]


def check_onnx(folder, check):
    import onnx
    import onnxruntime

    for function, output in functions_of(check):
        file = str(folder / f'{function}.onnx')
        onnx.checker.check_model(file, full_check=True)
        session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
        inputs = {one.name: check[one.name] for one in session.get_inputs()}
        yield function, output, session.run([output], inputs)[0]


def check_pytorch(folder, check):
    import inspect

    import torch

    sys.path.insert(0, str(folder))
    model = importlib.import_module('model').load(folder / 'model.safetensors')
    for function, output in functions_of(check):
        method = getattr(model, METHODS[function])
        inputs = [torch.from_numpy(check[name]) for name in inspect.signature(method).parameters]
        with torch.no_grad():
            found = method(*inputs)
        yield function, output, (found[output] if isinstance(found, dict) else found).numpy()


def check_fader_networks(folder, check):
    """The files with the names of the authors' code, loaded by classes that have these names and no others."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    sys.path.insert(0, str(Path(__file__).parent))
    classes = importlib.import_module('fader_networks')
    models = {}
    for file in sorted((folder / 'fader_networks').iterdir()):
        with safe_open(file, 'pt') as opened:
            params = json.loads(opened.metadata()['params'])
        made = {'autoencoder': classes.AutoEncoder, 'latent_discriminator': classes.LatentDiscriminator}[file.stem]
        models[file.stem] = made(params).eval()
        models[file.stem].load_state_dict(load_file(file), strict=True)
    autoencoder = models['autoencoder']
    side = params['img_sz'] // 2 ** params['n_layers']
    with torch.no_grad():
        latent = autoencoder.encode(torch.from_numpy(check['images']).permute(0, 3, 1, 2))
        yield 'encoder', 'features', latent.permute(0, 2, 3, 1).flatten(1).numpy()
        features = torch.from_numpy(check['features'])
        maps = features.reshape(len(features), side, side, -1).permute(0, 3, 1, 2)
        told = torch.cat([torch.from_numpy(check[name]) for name, _ in params['attr']], 1)
        yield 'decoder', 'images', autoencoder.decode(maps, told).permute(0, 2, 3, 1).numpy()
        for name in models.keys() - {'autoencoder'}:
            assert models[name](maps).shape == (len(features), params['n_attr'])


def check_tensorflow(folder, check):
    import tensorflow as tf

    model = tf.saved_model.load(str(folder / 'saved_model'))
    for function, output in functions_of(check):
        for name in ['serving_default', function] if function == 'encoder' else [function]:
            signature = model.signatures[name]
            inputs = {name: tf.constant(check[name]) for name in signature.structured_input_signature[1]}
            yield function, output, signature(**inputs)[output].numpy()


def check_numpy(folder, check):
    """Reads the files alone: what is in the weights, and that the numbers of check.npz are there."""
    header_size = int.from_bytes((folder / 'model.safetensors').read_bytes()[:8], 'little')
    header = json.loads((folder / 'model.safetensors').read_bytes()[8 : 8 + header_size])
    program = (folder / 'model.py').read_text(encoding='utf8')
    for name in header:
        parent = name.rsplit('.', 1)[0]
        if name != '__metadata__' and not re.search(rf'self\.{re.escape(parent)}\b', program):
            raise SystemExit(f'model.py: expected {name}, found nothing of that name')
    for function, output in functions_of(check):
        yield function, output, check[f'{function}.{output}']


CHECKS = {
    'onnx': check_onnx, 'pytorch': check_pytorch, 'fader_networks': check_fader_networks, 'tensorflow': check_tensorflow,
    'numpy': check_numpy,
}


def main():
    folder, *programs = sys.argv[1:]
    check = dict(np.load(Path(folder) / 'check.npz'))
    tolerance = float(check['tolerance'])
    isClose, found_all = True, []
    for program in programs:
        for function, output, found in CHECKS[program](Path(folder), check):
            expected = check[f'{function}.{output}']
            if found.shape != expected.shape:
                raise SystemExit(f'{program}, {function}.{output}: expected {expected.shape}, found {found.shape}')
            difference = float(np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected))))
            isClose = isClose and difference <= tolerance
            found_all.append({'program': program, 'function': f'{function}.{output}', 'largest_difference': difference})
    print('[\n' + ',\n'.join(json.dumps(one) for one in found_all) + '\n]')
    sys.exit(0 if isClose else 1)


if __name__ == '__main__':
    main()
