using System;
using System.Text;

namespace BitKernelGen.Generator.Emit;

/// <summary>Text with indentation that follows the braces.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _indentation;
    private bool _hasClosed;

    /// <summary>Writes one line, or several that are parted by line feeds; empty text is an empty line.</summary>
    public void Line(string text = "")
    {
        foreach (string line in text.Replace("\r\n", "\n").Split('\n'))
        {
            // What follows a block stands apart from it, unless it belongs to it.
            if (_hasClosed && line.Length > 0 && line[0] != '}' && !line.StartsWith("else", StringComparison.Ordinal) && line != "finally")
                _text.Append('\n');
            _hasClosed = false;
            if (line.Length > 0)
                _text.Append(' ', 4 * _indentation).Append(line);
            _text.Append('\n');
        }
    }

    /// <summary>Writes a line and opens a block after it; disposing the result closes it.</summary>
    public IDisposable Block(string header)
    {
        Line(header);
        Line("{");
        _indentation++;
        return new Closing(this);
    }

    /// <summary>A case of a switch, indented; disposing the result breaks out of it.</summary>
    public IDisposable Case(string label)
    {
        Line($"case {label}:");
        _indentation++;
        return new Breaking(this);
    }

    /// <summary>A block around what follows where a condition holds; otherwise nothing around it.</summary>
    public IDisposable? BlockIf(bool condition, string header) => condition ? Block(header) : null;

    /// <summary>The text; every block must be closed.</summary>
    public override string ToString()
    {
        if (_indentation != 0)
            throw new InvalidOperationException($"{_indentation} blocks are open.");
        return _text.ToString();
    }

    private sealed class Closing(SourceWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._indentation--;
            writer._hasClosed = false;
            writer.Line("}");
            writer._hasClosed = true;
        }
    }

    private sealed class Breaking(SourceWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._hasClosed = false;
            writer.Line("break;");
            writer._indentation--;
        }
    }
}
