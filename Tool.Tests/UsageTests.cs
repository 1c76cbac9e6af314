namespace BitKernelGen.Tool.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("fly")]
    [InlineData("quantize")]
    [InlineData("quantize m.onnx -o out")]
    [InlineData("quantize m.onnx --data idx:x")]
    [InlineData("quantize m.onnx --data idx:x -o out --rate 4 --bits 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --rate 9")]
    [InlineData("quantize m.onnx --data idx:x -o out --rate four")]
    [InlineData("quantize m.onnx --data idx:x -o out --bits 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --weight-bits 9")]
    [InlineData("quantize m.onnx --data idx:x -o out --edge-weight-bits 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --skip-bits 9")]
    [InlineData("quantize m.onnx --data idx:x -o out --bytes 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --bytes 3GB")]
    [InlineData("quantize m.onnx --data idx:x -o out --bytes 3KB --weight-bits 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --bytes 3KB --prefer speed")]
    [InlineData("quantize m.onnx --data idx:x -o out --prefer size")]
    [InlineData("quantize m.onnx --data idx:x -o out --time 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --time 50 --rate 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --time 50 --bits 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --time 50 --weight-bits 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --time 50 --bytes 50KB")]
    [InlineData("quantize m.onnx --data idx:x -o out --clock 3")]
    [InlineData("quantize m.onnx --data idx:x -o out --bits 4 --sensitivity psnr")]
    [InlineData("quantize m.onnx --data idx:x -o out --rate 4 --sensitivity guess")]
    [InlineData("quantize m.onnx --data idx:x -o out --method guess")]
    [InlineData("quantize m.onnx --data idx:x -o out --levels odd")]
    [InlineData("quantize m.onnx --data idx:x -o out --psnr-loss 8")]
    [InlineData("quantize m.onnx --data idx:x -o out --planes")]
    [InlineData("quantize m.onnx --data idx:x -o out --method paper --psnr-loss 8 --bits 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --method paper --psnr-loss 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --coefficients c.npy --rate 4")]
    [InlineData("quantize m.onnx --data idx:x -o out --coefficients c.npy --time 50")]
    [InlineData("quantize m.onnx --data idx:x --shard 1/2")]
    [InlineData("quantize m.onnx --data idx:x --shard 3/2 --statistics s")]
    [InlineData("quantize m.onnx --data idx:x --shard half --statistics s")]
    [InlineData("quantize m.onnx --data idx:x --statistics s")]
    [InlineData("merge")]
    [InlineData("merge a b")]
    [InlineData("quantize m.onnx --data idx:x -o out --samples 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --mean 0.5")]
    [InlineData("quantize m.onnx --data idx:x -o out --mean 0.5,x --std 1,1")]
    [InlineData("quantize m.onnx --data idx:x -o out --mean 0.5,0.5 --std 1")]
    [InlineData("quantize m.onnx --data idx:x -o out --mean 0.5 --std 0")]
    [InlineData("quantize m.onnx --data idx:x -o out --channel-order gbr")]
    [InlineData("quantize m.onnx --data idx:x -o out --name 1st")]
    [InlineData("evaluate p.bitprofile")]
    [InlineData("evaluate p.bitprofile --data idx:x --executor fast")]
    [InlineData("evaluate p.bitprofile --data idx:x --limit -1")]
    [InlineData("bench p.bitprofile --threads 0")]
    [InlineData("tune")]
    [InlineData("tune p.bitprofile --rounds 3")]
    [InlineData("report")]
    [InlineData("report p.bitprofile")]
    [InlineData("inspect")]
    [InlineData("inspect a b")]
    [InlineData("emit p.bitprofile")]
    [InlineData("export p.bitprofile")]
    public void WrongWordsAreUsageErrors(string words)
    {
        Bitkernel run = Bitkernel.Run(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        run.Refused(2, "--help'.");
    }

    [Theory]
    [InlineData("quantize", "--weight-bits")]
    [InlineData("quantize", "--method")]
    [InlineData("merge", "--output")]
    [InlineData("evaluate", "--against")]
    [InlineData("bench", "--threads")]
    [InlineData("tune", "--dry-run")]
    [InlineData("report", "--no-timing")]
    [InlineData("inspect", "MODEL")]
    [InlineData("emit", "--output")]
    [InlineData("export", "--raw-input")]
    public void EveryVerbExplainsItself(string verb, string word)
    {
        Bitkernel all = Bitkernel.Run("--help"), one = Bitkernel.Run(verb, "--help");

        Assert.Equal((0, 0), (all.ExitCode, one.ExitCode));
        Assert.Contains($"  {verb}", all.Output);
        Assert.Contains($"bitkernel {verb}", one.Output);
        Assert.Contains(word, one.Output);
    }
}
