using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Emit;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator;

/// <summary>A generated file.</summary>
/// <param name="HintName">Its name.</param>
/// <param name="Text">Its text.</param>
internal sealed record SourceFile(string HintName, string Text);

/// <summary>All files of a model.</summary>
/// <param name="Class">The class as users see it.</param>
/// <param name="Implementation">Its layers, and one file for each kernel.</param>
internal sealed record ModelSources(SourceFile Class, EquatableArray<SourceFile> Implementation)
{
    public static ModelSources Of(Model model)
    {
        Plan plan = Planner.Plan(model.Network);
        var names = new ModelNames(plan, model.Namespace, model.Resource, model.IsParallel);
        SourceFile[] implementation =
        [
            new($"{model.HintName}.Layers.g.cs", LayersEmitter.Emit(plan, names)),
            .. names.Kernels.Select(kernel => new SourceFile($"{model.HintName}.{kernel.Value}.g.cs", KernelEmitter.Emit(kernel.Key, kernel.Value, names))),
        ];
        return new ModelSources(
            new SourceFile($"{model.HintName}.g.cs", ModelEmitter.Emit(plan, names)),
            new EquatableArray<SourceFile>((IEnumerable<SourceFile>)implementation));
    }
}
