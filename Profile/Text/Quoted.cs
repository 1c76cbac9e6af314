namespace BitKernelGen.Profiles.Text;

/// <summary>What a profile says, as messages show it.</summary>
internal static class Quoted
{
    private const int MaxLength = 40;

    /// <summary>In quotes, cut where it is long, without line ends and other control characters.</summary>
    public static string Of(string text)
    {
        string shown = text.Length <= MaxLength ? text : text.Substring(0, MaxLength - 1) + "…";
        char[] characters = shown.ToCharArray();
        for (int i = 0; i < characters.Length; i++)
        {
            if (char.IsControl(characters[i]) || char.IsSurrogate(characters[i]))
                characters[i] = '?';
        }

        return "'" + new string(characters) + "'";
    }
}
