namespace BitKernelGen.Runtime.Tests;

public class ContractTests
{
    [Fact]
    public void ItsOwnContractIsTaken() => Contract.Require(Contract.Version, "Acme.Tiny");

    [Theory]
    [InlineData(Contract.Version - 1)]
    [InlineData(Contract.Version + 1)]
    public void AnyOtherIsRefusedByName(int version)
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => Contract.Require(version, "Acme.Tiny"));

        Assert.Contains("Acme.Tiny", refusal.Message);
        Assert.Contains($"contract {version}", refusal.Message);
        Assert.Contains($"contract {Contract.Version}", refusal.Message);
    }
}
