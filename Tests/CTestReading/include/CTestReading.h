#pragma once

// Makes a test bundle answer to the mode that reads HDF5, as the program does first of all in `main`: a bundle's own
// `main` is generated. Without this, files would be read by another program than the one under test, or not at all.
