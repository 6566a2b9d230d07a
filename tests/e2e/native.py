"""Compiled models in this process: the C API of a shared library, by ctypes and numpy."""

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p

import numpy as np

# mlcc/abi.h, mlcc/runtime.h
_TYPES = {1: "f4", 2: "f8", 3: "f2", 5: "i1", 6: "u1", 7: "i2", 8: "u2", 9: "i4", 10: "u4",
          11: "i8", 12: "u8", 13: "?"}
ROLES = ["parameter", "statistic", "optimizer", "counter", "random", "scalar"]


class _Tensor(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("type", c_int32), ("rank", c_int32), ("dims", POINTER(c_int64)),
                ("bytes", c_uint64), ("required_value", c_void_p), ("lower", c_int64), ("upper", c_int64)]


class _Variable(ctypes.Structure):
    _fields_ = [("tensor", _Tensor), ("role", c_int32), ("offset", c_uint64)]


class _Function(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("input_count", c_uint32), ("output_count", c_uint32),
                ("inputs", POINTER(_Tensor)), ("outputs", POINTER(_Tensor)),
                ("step_count", c_uint64), ("steps", c_void_p),
                ("variable_use_count", c_uint32), ("variable_uses", c_void_p),
                ("onnx", c_void_p), ("onnx_bytes", c_uint64)]


class _Model(ctypes.Structure):
    _fields_ = [("abi_version", c_uint32), ("struct_bytes", c_uint32), ("name", c_char_p),
                ("build_info", c_char_p), ("cpu_features", c_char_p), ("function_count", c_uint32),
                ("functions", POINTER(_Function)), ("weights", c_void_p), ("weights_bytes", c_uint64),
                ("arena_bytes", c_uint64), ("variable_count", c_uint32),
                ("variables", POINTER(_Variable)), ("state_bytes", c_uint64),
                ("body_count", c_uint32), ("bodies", c_void_p)]


class _Options(ctypes.Structure):
    _fields_ = [("struct_bytes", c_uint32), ("threads", c_int32)]


class Tensor:
    """Name, numpy type and shape of an input, output or variable."""

    def __init__(self, raw):
        self.name = raw.name.decode()
        self.dtype = np.dtype(_TYPES[raw.type])
        self.shape = tuple(raw.dims[i] for i in range(raw.rank))
        self.lower, self.upper = raw.lower, raw.upper


class Model:
    """A loaded session of the model `name` in the shared library at `path`.

    Functions are called by name with arrays by name, and give arrays by name; variables are read
    and written like the items of a dictionary.
    """

    def __init__(self, path, name, threads=1):
        library = self._library = ctypes.CDLL(path)
        library.mlcc_last_error.restype = c_char_p
        model = _Model.in_dll(library, "mlcc_model_" + name)
        assert model.struct_bytes == ctypes.sizeof(_Model), "the ABI has changed: see mlcc/abi.h"
        self.arena_bytes, self.state_bytes = model.arena_bytes, model.state_bytes
        self._session = c_void_p()
        options = _Options(ctypes.sizeof(_Options), threads)
        self._check(library.mlcc_load(ctypes.byref(model), ctypes.byref(options), ctypes.byref(self._session)))
        self.functions = {}  # name: (number, inputs, outputs)
        for number in range(model.function_count):
            function = model.functions[number]
            self.functions[function.name.decode()] = (
                number, [Tensor(function.inputs[i]) for i in range(function.input_count)],
                [Tensor(function.outputs[i]) for i in range(function.output_count)])
        self.variables = {}  # name: (number, tensor)
        self.roles = {}
        for number in range(model.variable_count):
            tensor = Tensor(model.variables[number].tensor)
            self.variables[tensor.name] = (number, tensor)
            self.roles[tensor.name] = ROLES[model.variables[number].role]

    def _check(self, status):
        if status:
            raise RuntimeError(self._library.mlcc_last_error().decode())

    def close(self):
        self._library.mlcc_unload(self._session)

    def __getitem__(self, name):
        index, tensor = self.variables[name]
        value = np.empty(tensor.shape, tensor.dtype)
        self._check(self._library.mlcc_variable_get(self._session, c_uint32(index),
                                                    value.ctypes.data_as(c_void_p), c_uint64(value.nbytes)))
        return value

    def __setitem__(self, name, value):
        index, tensor = self.variables[name]
        value = np.ascontiguousarray(np.broadcast_to(value, tensor.shape), tensor.dtype)
        self._check(self._library.mlcc_variable_set(self._session, c_uint32(index),
                                                    value.ctypes.data_as(c_void_p), c_uint64(value.nbytes)))

    def run(self, function, **arrays):
        number, inputs, outputs = self.functions[function]
        values = [np.ascontiguousarray(arrays[i.name], i.dtype).reshape(i.shape) for i in inputs]
        results = [np.empty(o.shape, o.dtype) for o in outputs]
        self._check(self._library.mlcc_run(self._session, c_uint32(number), _pointers(values), _pointers(results)))
        return {o.name: result for o, result in zip(outputs, results)}


def _pointers(arrays):
    return (c_void_p * max(1, len(arrays)))(*[array.ctypes.data for array in arrays])
