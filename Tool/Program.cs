using BitKernelGen.Tool;

return CommandLine.Run(args, Terminal.OfProcess());
