return BitKernelGen.Conformance.Program.Main();
