"""An application that imports what is not there."""

import no_such_package

app = no_such_package.app
