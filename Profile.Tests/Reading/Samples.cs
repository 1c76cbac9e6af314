using System.Text;

namespace BitKernelGen.Profiles.Tests.Reading;

/// <summary>Profiles to read, and to spoil.</summary>
internal static class Samples
{
    public const string Sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public const string Tiny = $$"""
        format = "bitprofile/1"
        name = "Tiny"

        [weights]
        file = "Tiny.safetensors"
        sha256 = "{{Sha256}}"

        [input]
        shape = [8, 8, 1]
        mean = [0.5]
        std = [0.25]
        code = { bits = 8, step = 0.02, zero = 100 }

        [[layer]]
        name = "conv1"
        op = "conv"
        input = ["input"]
        kernel = [3, 3]
        stride = [2, 2]
        pad = [1, 1, 1, 1]
        channels = 16
        weight = { bits = 4 }
        activation = "relu"
        code = { bits = 2, step = 0.0131, coefficients = [2, 1] }
        bounds = { pair = 3570, steps = 3, sum = 16065 }

        [[layer]]
        name = "dense1"
        op = "dense"
        input = ["conv1"]
        channels = 3
        weight = { bits = 8 }

        [output]
        from = "dense1"
        labels = ["a", "b", "c"]

        [provenance]
        tool = "bitkernel 1.0.0"

        """;

    /// <summary>What the syntax allows, beyond what profiles need.</summary>
    public const string Syntax = """
        # A comment with tabs	and letters: äöü 漢字 🙂
        bare-key_1 = 1   # integers
        "quoted key" = +17
        'literal "key"' = -0
        "" = 9223372036854775807
        1234 = -9223372036854775808
        floats = [0.5, +1.0, -0.0, 1e5, 1E+05, 6.626e-34, 1e-400, 5e-324, 2.2250738585072011e-308, inf, -inf, +inf]
        many-digits = 3.14159265358979323846264338327950288419716939937510582097494459
        true = true
        false = false
        basic = "tab\t quote\" slash\\ \b\f\r\n \u00e4 \U0001F642 # no comment ' ä 🙂"
        literal = 'C:\path\"x" # no comment'
        empty = ''
        several-lines = [  # with
            1, 2,          # comments

            [3.0, "x"], { a = 1 },
        ]
        none = []
        none-inside = [[], [[]], [
        ]]
        inline = {}
        nested = { a = { b = [1, { c = "d" }], "e f" = 'g' }, h = [
            1,
        ] }
        [table]
        x = 1
          [ spaced ]
        	x = "tabs in front"
        ['quoted']
        [[list]]
        x = 1
        [[list]]
        [ [list]]
        """;

    public static string[] Corpus =>
    [
        Tiny, Tiny.Replace("\n", "\r\n"), Syntax.Replace("[ [list]]", "[[ list ]]"), Syntax.Replace("[ [list]]", "").Replace("\n", "\r\n"),
        "", "\n", "#", "a=1", "a = 1 # no line end", "[a]", "[[a]]\r\n", " \t\n\t# x\n",
    ];

    /// <summary>A text with some characters inserted, removed, moved or replaced.</summary>
    public static string Mutate(string text, Random random)
    {
        const string Alphabet = "\n\n\r\t ==,,..##[][]{}\"\"''\\+-_:0123456789eExabtruefalsnifuU\0\u007f\u0085\ufeff\ud83d\ude42";
        var mutated = new StringBuilder(text);
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            int at = random.Next(mutated.Length + 1);
            int length = Math.Min(random.Next(1, 6), mutated.Length - at);
            string moved = mutated.ToString(at, length);
            switch (random.Next(4))
            {
                case 0:
                    mutated.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                    break;
                case 1:
                    mutated.Remove(at, length);
                    break;
                case 2:
                    mutated.Insert(random.Next(mutated.Length + 1), moved);
                    break;
                default:
                    if (length > 0)
                        mutated[at] = Alphabet[random.Next(Alphabet.Length)];
                    break;
            }
        }

        return mutated.ToString();
    }
}
