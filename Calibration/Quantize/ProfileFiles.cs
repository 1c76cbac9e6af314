using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>A profile and its weights on disk.</summary>
public static class ProfileFiles
{
    /// <summary>The extension of a profile.</summary>
    public const string Extension = ".bitprofile";

    /// <summary>
    /// Writes both files beside their places, then moves them there: an earlier pair stays until the new one is complete. The
    /// weights go first, since a profile refuses other weights than its own.
    /// </summary>
    /// <param name="folder">The folder, made where it is missing.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="weights">The weights file.</param>
    /// <returns>The profile's path.</returns>
    /// <exception cref="IOException">A file can't be written.</exception>
    public static string Write(string folder, BitProfile profile, byte[] weights)
    {
        Directory.CreateDirectory(folder);
        string profilePath = Path.Combine(folder, profile.Name + Extension), weightsPath = Path.Combine(folder, profile.Weights.File);
        string suffix = $".{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(weightsPath + suffix, weights);
            File.WriteAllText(profilePath + suffix, ProfileWriter.Write(profile));
            File.Move(weightsPath + suffix, weightsPath, overwrite: true);
            File.Move(profilePath + suffix, profilePath, overwrite: true);
        }
        finally
        {
            File.Delete(weightsPath + suffix);
            File.Delete(profilePath + suffix);
        }

        return profilePath;
    }
}
