using System.Collections.Generic;

namespace BitKernelGen.Profiles;

/// <summary>What resolving a profile gave.</summary>
/// <param name="Network">The network; null where there is any error.</param>
/// <param name="Issues">What is wrong or worth knowing, in the order of the layers.</param>
public sealed record Resolution(Network? Network, IReadOnlyList<ResolutionIssue> Issues);

/// <summary>Something to say about a profile, at a key rather than at a place in a text.</summary>
/// <param name="Id">As in <see cref="ProfileDiagnostic.Id"/>.</param>
/// <param name="Level">How much it weighs.</param>
/// <param name="Message">A sentence for the author of the profile.</param>
/// <param name="Layer">The layer's index; −1 for the input, −2 for the output, −3 for the profile as a whole.</param>
/// <param name="Key">The key that it is about, dotted inside inline tables ("code.zero"); "name" where no other fits.</param>
/// <param name="Element">The element of an array that it is about, or −1.</param>
public sealed record ResolutionIssue(string Id, DiagnosticLevel Level, string Message, int Layer, string Key, int Element = -1);
