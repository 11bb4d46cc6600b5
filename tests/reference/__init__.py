"""Random stories played against the product and against a second, slow implementation of the rules.

`stories` and `returns` draw them, `stage` plays them over real HTTP against the simulator, `model` (with `who`, `what`,
`group`, `inwink`, `crm`) is the reference, `shrink` makes a disagreement short, and `report` plays any number.
"""
