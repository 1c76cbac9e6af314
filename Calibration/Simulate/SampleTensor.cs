using System.Runtime.InteropServices;
using BitKernelGen.Profiles;
using Microsoft.Win32.SafeHandles;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>
/// A tensor of every calibration sample: float32 values, or the levels of a code, a byte each. In memory, or in a temporary file
/// where it would not fit.
/// </summary>
internal sealed class SampleTensor : IDisposable
{
    private readonly int _length;
    private readonly LevelEncoder? _encoder;
    private readonly SampleMemory _memory;
    private readonly byte[]?[]? _samples;
    private readonly SafeFileHandle? _file;

    /// <summary>Makes room.</summary>
    /// <param name="samples">How many samples.</param>
    /// <param name="length">Elements of each.</param>
    /// <param name="code">The code whose levels are kept; null for float32 values.</param>
    /// <param name="memory">What may be in memory.</param>
    public SampleTensor(int samples, int length, CodeSpec? code, SampleMemory memory)
        : this(samples, length, code is null ? null : new LevelEncoder(code), memory)
    {
    }

    /// <summary>Makes room.</summary>
    /// <param name="samples">How many samples.</param>
    /// <param name="length">Elements of each.</param>
    /// <param name="encoder">Encodes to the levels that are kept; null for float32 values.</param>
    /// <param name="memory">What may be in memory.</param>
    public SampleTensor(int samples, int length, LevelEncoder? encoder, SampleMemory memory)
    {
        (Count, _length, _encoder, _memory) = (samples, length, encoder, memory);
        if (memory.TryTake(Bytes * samples))
        {
            _samples = new byte[samples][];
            return;
        }

        string path = Path.Combine(Path.GetTempPath(), $"bitkernel-{Guid.NewGuid():N}.samples");
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose, Bytes * samples);
        // Without a name it is gone after a kill too.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
    }

    /// <summary>Samples.</summary>
    public int Count { get; }

    private long Bytes => (long)_length * (_encoder is null ? sizeof(float) : 1);

    /// <summary>Room for what another tensor holds, of another length.</summary>
    public SampleTensor Alike(int length) => new(Count, length, _encoder, _memory);

    /// <summary>Stores a sample, encoded where the tensor has a code.</summary>
    public void Store(int sample, float[] values)
    {
        byte[] bytes = _encoder is null ? MemoryMarshal.AsBytes<float>(values).ToArray() : _encoder.Encode(values);
        if (_samples is not null)
            _samples[sample] = bytes;
        else
            RandomAccess.Write(_file!, bytes, Bytes * sample);
    }

    /// <summary>A sample's values.</summary>
    public float[] Load(int sample)
    {
        byte[]? bytes = _samples?[sample];
        if (bytes is null)
        {
            bytes = new byte[Bytes];
            for (int read = 0; read < bytes.Length;)
            {
                int count = RandomAccess.Read(_file!, bytes.AsSpan(read), (Bytes * sample) + read);
                read += count > 0 ? count : throw new EndOfStreamException("A sample has not been stored.");
            }
        }

        return _encoder is null ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : _encoder.Decode(bytes);
    }

    /// <summary>Gives the room back.</summary>
    public void Dispose()
    {
        if (_file is null)
            _memory.Return(Bytes * Count);
        else
            _file.Dispose();
    }
}
