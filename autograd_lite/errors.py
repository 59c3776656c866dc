"""Every error that the project raises on purpose.

Each one derives from `AutogradError` and from the built-in class that a Python user would expect,
so that both `except ag.AutogradError` and `except ValueError` work. A message says what happened
(with the numbers), where, and what to do.
"""

import numpy as np


class AutogradError(Exception):
    """Base of every error that autograd-lite raises on purpose."""


class ShapeError(AutogradError, ValueError):
    """Shapes that do not fit together."""


class AxisError(AutogradError, ValueError, IndexError):
    """An axis that the array does not have."""


class IndexingError(AutogradError, IndexError):
    """An index that the array does not have."""


class LinAlgError(AutogradError, np.linalg.LinAlgError):
    """A matrix that has no inverse, no factors, or not the shape for them."""


class LabelError(AutogradError, ValueError):
    """A class label outside the classes."""


class DataError(AutogradError, TypeError):
    """Data of a kind that cannot be differentiated: text, complex numbers, None."""


class GradientError(AutogradError, ValueError):
    """A gradient that does not exist, or that is wrong."""


class AnomalyError(AutogradError, ArithmeticError):
    """A NaN or an infinity that an operation made under `detect_anomaly`."""


class UnsupportedError(AutogradError, TypeError):
    """A function that has no derivative rule here."""


class LeaveGraphError(AutogradError, TypeError):
    """A traced number or array turned into a plain one where its gradient would be lost."""


class MutationError(AutogradError, TypeError):
    """An attempt to change a traced array in place."""


class RuleError(AutogradError, ValueError):
    """A row of the rule table that is not well formed."""


class ArgumentError(AutogradError, ValueError):
    """An argument outside the values that it may have."""


class ExpressionError(AutogradError, ValueError):
    """A typed expression that is not arithmetic over the rule table's names."""


class FileError(AutogradError, ValueError):
    """A file that is damaged, or is not what it should be."""


class RenderError(AutogradError, RuntimeError):
    """A picture that could not be drawn."""


class DependencyError(AutogradError, ImportError):
    """An optional package that is not installed."""
