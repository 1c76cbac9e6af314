using BitKernelGen.Sample.Server;

// POST /classify with the 784 bytes of a 28x28 picture; GET /health/live, /health/ready.
ClassifierApp.Create(args, Fashion.Load, Fashion.Labels).Run();

/// <summary>For tests that start the server.</summary>
public partial class Program;
