extern alias generator;

using generator::BitKernelGen.Generator.Diagnostics;
using generator::BitKernelGen.Profiles;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator.Tests;

public class DescriptorsTests
{
    [Fact]
    public void EveryKindHasItsDescriptor()
    {
        foreach (DiagnosticDescription kind in ProfileDiagnostics.All)
        {
            DiagnosticDescriptor descriptor = Descriptors.Of(kind.Id);
            Assert.Equal((kind.Id, kind.Title, kind.Description), (descriptor.Id, descriptor.Title.ToString(), descriptor.Description.ToString()));
            Assert.Equal(kind.Level.ToString(), descriptor.DefaultSeverity.ToString());
        }
    }
}
