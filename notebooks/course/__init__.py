"""What stands behind the notebooks: the exercises, a module for each notebook, and the machinery.

from course import chain_rule as ex   # in the notebook
ex.first(answer)                      # checks an answer
ex.first.hint(), ex.first.solution()  # help, and the way out
"""
