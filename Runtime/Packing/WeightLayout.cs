namespace BitKernelGen.Packing;

/// <summary>How the weights of a layer lie in memory for one family of kernels.</summary>
public abstract record WeightLayout;

/// <summary>For multiply-add kernels: panels of the weights themselves.</summary>
/// <param name="Lanes">Outputs of a vector.</param>
/// <param name="Group">Consecutive products of one output that lie beside each other: 4, 2 or 1.</param>
/// <param name="Vectors">Vectors of a panel.</param>
/// <param name="ResidentBits">Bits that a weight takes in memory.</param>
/// <param name="Chunk">Groups of 4 that a 16-bit accumulator takes up before it is widened; 0 where every sum has 32 bits.</param>
/// <param name="LevelOffset">What kernels take every level less, so that it fits a signed byte: 128 or 0.</param>
public sealed record PanelLayout(int Lanes, int Group, int Vectors, int ResidentBits, int Chunk, int LevelOffset = 0) : WeightLayout;

/// <summary>
/// For Winograd kernels: transformed weights, a byte each, in the order in which the products read them; or the weights themselves,
/// packed, of which the kernel makes a panel's transformed ones.
/// </summary>
/// <param name="Tile">Output rows and columns of a tile, 2 or 4.</param>
/// <param name="Lanes">Outputs of a vector.</param>
/// <param name="Vectors">Vectors of a panel.</param>
/// <param name="DataPitch">Bytes of transformed levels from one position to the next.</param>
/// <param name="SumsPitch">32-bit sums from one position to the next.</param>
/// <param name="Chunks">Chunks of all positions that there is room for, as the profile's bounds promise.</param>
/// <param name="PackedBits">Bits that a packed weight takes; 0 where they are transformed.</param>
/// <param name="WeightPitch">Bytes of a panel's transformed weights from one position to the next, where the kernel makes them.</param>
/// <param name="WidensLast">
/// Whether sums stay in 16 bits until they are those of pixels: weights are multiplied by their position's factor, and what is added
/// to a tile's sums is a 16-bit number for either pair of a group of four channels. Only for inputs whose level of zero is 0.
/// </param>
public sealed record WinogradLayout(
    int Tile, int Lanes, int Vectors, int DataPitch, int SumsPitch, int Chunks, int PackedBits = 0, int WeightPitch = 0, bool WidensLast = false) : WeightLayout;

/// <summary>
/// For kernels that look products up: the entries that four weights of an output choose of any table. For machines with AVX-512 VBMI;
/// others take the layout that follows.
/// </summary>
/// <param name="Vectors">Vectors of 64 outputs in a panel.</param>
/// <param name="GroupsPerChunk">Groups of four channels whose products an 8-bit sum takes up.</param>
public sealed record ActivationTableLayout(int Vectors, int GroupsPerChunk) : WeightLayout;

/// <summary>For kernels that look up tables of weights: a table for each group of four channels, place of the window and output.</summary>
/// <param name="PanelOutputs">Outputs that go through the epilogue together.</param>
/// <param name="Outputs">Outputs that are looked up together.</param>
/// <param name="Planes">Bits of a level.</param>
public sealed record WeightTableLayout(int PanelOutputs, int Outputs, int Planes) : WeightLayout;
