namespace BitKernelGen.Calibration.Data;

/// <summary>
/// A file for a decoder that reads zeros where its input ends, and would wait for a marker in them for ever: a few are given, then
/// the file is refused.
/// </summary>
internal sealed class EndingStream(byte[] file) : MemoryStream(file, writable: false)
{
    private const int MostBeyond = 64;
    private int _beyond;

    /// <exception cref="EndOfStreamException">Too much has been read beyond the end.</exception>
    public override int ReadByte()
    {
        int read = base.ReadByte();
        Count(read < 0 ? 1 : 0);
        return read;
    }

    /// <exception cref="EndOfStreamException">Too much has been read beyond the end.</exception>
    public override int Read(byte[] buffer, int offset, int count) => Counted(base.Read(buffer, offset, count), count);

    /// <exception cref="EndOfStreamException">Too much has been read beyond the end.</exception>
    public override int Read(Span<byte> buffer) => Counted(base.Read(buffer), buffer.Length);

    private int Counted(int read, int wanted)
    {
        Count(read < wanted ? 1 : 0);
        return read;
    }

    private void Count(int beyond)
    {
        _beyond += beyond;
        if (_beyond > MostBeyond)
            throw new EndOfStreamException("it is cut off.");
    }
}
