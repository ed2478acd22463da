"""Registers of lanes: one number of each of :data:`LANES` systems, worked on together.

``load`` and ``store`` move a row of an array ``[rows, LANES]``; ``+ - * /`` work lane by lane. A
row is read whole before anything is written, so that the compiler need not ask whether two rows are
the same one; it does so for loops over lanes, and then leaves them scalar. Nothing is contracted or
reordered: the same bits on every processor.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

LANES = 8
#: A row of eight is a line of the processor's cache; it should not lie across two.
_LINE = 64
_REGISTER = ir.VectorType(ir.DoubleType(), LANES)
#: Rows lie where numpy puts them: aligned as a number, not as a register.
_ALIGNED = 8


def rows(count: int, value: float) -> np.ndarray:
    """``[count, LANES]`` filled with ``value``, rows on lines of the cache."""
    size = count * LANES * 8
    memory = np.empty(size + _LINE, np.uint8)
    first = -memory.ctypes.data % _LINE
    found = memory[first : first + size].view(np.float64).reshape(count, LANES)
    found[:] = value
    return found


class Register(types.Type):
    """The compiler's type of a register."""

    def __init__(self) -> None:
        super().__init__(name=f"Register{LANES}")


register = Register()


@register_model(Register)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: Any):
        super().__init__(manager, fe_type, _REGISTER)


def _rows(array: Any) -> bool:
    return isinstance(array, types.Array) and (array.ndim, array.layout, array.dtype) == (
        2,
        "C",
        types.float64,
    )


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The address of a row."""
    array, row = signature.args[:2]
    data = context.make_array(array)(context, builder, arguments[0]).data
    index = context.cast(builder, arguments[1], row, types.intp)
    start = builder.gep(data, [builder.mul(index, ir.Constant(index.type, LANES))])
    return builder.bitcast(start, _REGISTER.as_pointer())


@intrinsic
def load(typingctx: Any, array: Any, row: Any) -> Any:
    """Row ``row`` of ``array[rows, LANES]``; nothing is checked."""
    if not _rows(array):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_place(context, builder, signature, arguments), align=_ALIGNED)

    return register(array, row), generate


@intrinsic
def store(typingctx: Any, array: Any, row: Any, value: Any) -> Any:
    """Write ``value`` to row ``row`` of ``array[rows, LANES]``."""
    if not _rows(array) or value != register:
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        builder.store(arguments[2], place, align=_ALIGNED)
        return context.get_dummy_value()

    return types.void(array, row, value), generate


@intrinsic
def at(typingctx: Any, array: Any, index: Any) -> Any:
    """``array[index]`` of a table; nothing is checked, and an index below 0 is not from the end."""
    if not isinstance(array, types.Array) or (array.ndim, array.layout) != (1, "C"):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, number = signature.args
        data = context.make_array(kind)(context, builder, arguments[0]).data
        place = builder.gep(data, [context.cast(builder, arguments[1], number, types.intp)])
        return context.cast(builder, builder.load(place), kind.dtype, signature.return_type)

    whole = isinstance(array.dtype, types.Integer)
    return (types.intp if whole else array.dtype)(array, index), generate


@intrinsic
def spread(typingctx: Any, number: Any) -> Any:
    """The same number in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = context.cast(builder, arguments[0], signature.args[0], types.float64)
        index = ir.IntType(32)
        one = builder.insert_element(
            ir.Constant(_REGISTER, ir.Undefined), value, ir.Constant(index, 0)
        )
        return builder.shuffle_vector(
            one, one, ir.Constant(ir.VectorType(index, LANES), [0] * LANES)
        )

    return register(number), generate


@intrinsic
def magnitude(typingctx: Any, value: Any) -> Any:
    """Without sign."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_REGISTER, [_REGISTER])
        name = f"llvm.fabs.v{LANES}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)

    return register(value), generate


@intrinsic
def larger(typingctx: Any, one: Any, other: Any) -> Any:
    """The larger of two; ``other`` where ``one`` is not a number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *arguments), *arguments)

    return register(one, other), generate


def _operator(function: Any, instruction: str) -> None:
    @type_callable(function)
    def typed(context):
        return lambda one, other: register if one == other == register else None

    @lower_builtin(function, Register, Register)
    def generate(context, builder, signature, arguments):
        return getattr(builder, instruction)(*arguments)


_operator(operator.add, "fadd")
_operator(operator.sub, "fsub")
_operator(operator.mul, "fmul")
_operator(operator.truediv, "fdiv")
