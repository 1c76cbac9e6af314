using System.Runtime.InteropServices;
using BitKernelGen.Fuzz;
using SharpFuzz;
using SharpFuzz.Common;

// TARGET                     under afl-fuzz: inputs come from it, .ci/fuzz starts it
// --list                     the targets' names
// --seeds TARGET FOLDER      writes the inputs to start from
// --mutate TARGET COUNT SEED the mutations of Fuzz.Tests, more of them
// --replay TARGET FILES      runs inputs and says what became of them

// Instrumented libraries count here what they run, until the fuzzer gives them its own memory.
unsafe
{
    Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(1 << 16);
}

switch (args)
{
    case ["--list"]:
        foreach (FuzzTarget target in AllTargets.List)
            Console.WriteLine(target.Name);
        return 0;

    case ["--seeds", var name, var folder]:
        Directory.CreateDirectory(folder);
        int number = 0;
        foreach (byte[] seed in AllTargets.Find(name).Seeds)
            File.WriteAllBytes(Path.Combine(folder, $"{number++:000}"), seed);
        return 0;

    case ["--mutate", var name, var count, var seed]:
        var run = new MutationRun(AllTargets.Find(name), int.Parse(seed));
        run.Run(int.Parse(count));
        Console.WriteLine(
            $"{name}: {run.Inputs:N0} inputs, {run.Accepted:N0} accepted, at most {run.LargestMultiple:0.0} bytes a byte beyond the floor, "
            + $"{run.Longest.TotalMilliseconds:0} ms");
        return 0;

    case ["--replay", var name, .. var files]:
        foreach (string file in files)
            Console.WriteLine($"{file}: {(MutationRun.Check(AllTargets.Find(name), File.ReadAllBytes(file)) ? "accepted" : "refused")}");
        return 0;

    case [var name]:
        FuzzTarget fuzzed = AllTargets.Find(name);
        fuzzed.Read(fuzzed.Seeds[0]);
        Fuzzer.OutOfProcess.Run(stream =>
        {
            var buffer = new MemoryStream();
            stream.CopyTo(buffer);
            MutationRun.CheckUnwatched(fuzzed, buffer.ToArray());
        });
        return 0;

    default:
        Console.Error.WriteLine("TARGET | --list | --seeds TARGET FOLDER | --mutate TARGET COUNT SEED | --replay TARGET FILES");
        return 2;
}
