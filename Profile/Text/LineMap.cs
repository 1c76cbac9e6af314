using System.Collections.Generic;

namespace BitKernelGen.Profiles.Text;

/// <summary>From characters of a text to lines and columns; a line ends with its line feed.</summary>
internal sealed class LineMap
{
    private readonly List<int> _starts = [0];

    public LineMap(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                _starts.Add(i + 1);
        }
    }

    public TextRange Of(SourceSpan span)
    {
        int first = LineOf(span.Start);
        int last = LineOf(span.End);
        return new TextRange(span.Start, span.Length, first, span.Start - _starts[first], last, span.End - _starts[last]);
    }

    private int LineOf(int position)
    {
        int index = _starts.BinarySearch(position);
        return index >= 0 ? index : ~index - 1;
    }
}
