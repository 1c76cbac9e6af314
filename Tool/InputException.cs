namespace BitKernelGen.Tool;

/// <summary>What the user gave can't be used; the message says what and where. The command ends with exit code 1.</summary>
public sealed class InputException(string message, Exception? innerException = null) : Exception(message, innerException);
