using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The code that follows a sum: residual, activation, encode, store. One emitter for vectors of any width and for scalars, so that
/// the order of the float operations stands in one place: <c>docs/arithmetic.md</c>.
/// </summary>
internal sealed class EpilogueEmitter(Epilogue epilogue, Isa isa)
{
    private readonly bool _isVector = isa.Lanes > 1;

    /// <summary>Parameters that a method with this epilogue takes, with their types.</summary>
    public static IEnumerable<(string Type, string Name)> Parameters(Epilogue epilogue)
    {
        if (epilogue.Plane != Plane.None)
            yield return ("float", "coefficient");
        if (epilogue.Residual is { } residual)
        {
            yield return ("byte*", "residual");
            if (!residual.IsFloat)
                yield return ("float", "residualStep");
        }

        for (int i = 0; i < epilogue.Stores.Count; i++)
        {
            yield return ("byte*", Output(i));
            if (epilogue.Stores[i].Encoding is { } encoding)
            {
                if (!epilogue.Premultiplied)
                    yield return ("float", i == 0 ? "reciprocal" : "skipReciprocal");
                if (!encoding.IsEven)
                    yield return ("byte*", i == 0 ? "levels" : "skipLevels");
            }
        }
    }

    /// <summary>The pointer that store <paramref name="i"/> writes to.</summary>
    public static string Output(int i) => i == 0 ? "output" : "skip";

    /// <summary>The pointers among the parameters, with what moves them to the next pixel and the next row.</summary>
    public static IEnumerable<(string Name, int PixelBytes, int RowBytes)> Pointers(Epilogue epilogue)
    {
        if (epilogue.Residual is { } residual)
            yield return ("residual", residual.PixelBytes, residual.RowBytes);
        for (int i = 0; i < epilogue.Stores.Count; i++)
            yield return (Output(i), epilogue.Stores[i].PixelBytes, epilogue.Stores[i].RowBytes);
    }

    /// <summary>The arguments for a row and for the panel that starts at an output; "0" adds nothing to a pointer.</summary>
    public static IEnumerable<string> Arguments(Epilogue epilogue, string row, string first)
    {
        foreach ((_, string name) in Parameters(epilogue))
        {
            (string pointer, _, int rowBytes) = Pointers(epilogue).FirstOrDefault(pointer => pointer.Name == name);
            if (pointer is null)
            {
                yield return name;
                continue;
            }

            string start = row == "0" ? name : $"{name} + ({row} * {rowBytes})";
            yield return CSharp.Plus(start, first != "0" && IsFloat(epilogue, name) ? $"({first} * {sizeof(float)})" : first);
        }
    }

    /// <summary>The arguments for a pixel and an element at constant distances from where the pointers are.</summary>
    public static IEnumerable<string> Arguments(Epilogue epilogue, int pixel, int element)
    {
        foreach ((_, string name) in Parameters(epilogue))
        {
            (string pointer, int pixelBytes, _) = Pointers(epilogue).FirstOrDefault(pointer => pointer.Name == name);
            yield return pointer is null ? name : CSharp.Plus(name, (pixel * pixelBytes) + (element * (IsFloat(epilogue, name) ? sizeof(float) : 1)));
        }
    }

    private static bool IsFloat(Epilogue epilogue, string pointer) =>
        pointer == "residual" ? epilogue.Residual!.IsFloat : epilogue.Stores[pointer == Output(0) ? 0 : 1].Encoding is null;

    /// <summary>In English, for comments.</summary>
    public static string Describe(Epilogue epilogue)
    {
        var parts = new List<string>();
        if (epilogue.Residual is not null && !epilogue.IsProduct)
            parts.Add("residual");
        if (epilogue.Activation.Kind != Activation.None)
            parts.Add(LayerRules.Text(epilogue.Activation.Kind)!);
        parts.AddRange(epilogue.Stores.Select(store =>
            store.Encoding is { } encoding ? $"{encoding.Bits}-bit code" : "float32"));
        return string.Join(", ", parts);
    }

    /// <summary>The vector type of an element type, or the element type itself for scalars.</summary>
    public string Type(string element) => _isVector ? $"{isa.Vector}<{element}>" : element;

    /// <summary>Levels as 32-bit integers.</summary>
    public string LoadLevels(string pointer, string index) => _isVector ? $"Levels.Load{isa.Lanes}({CSharp.Plus(pointer, index)})" : $"{pointer}[{index}]";

    /// <summary>One of two values for each element.</summary>
    public string Select(string condition, string then, string otherwise) =>
        _isVector ? $"{isa.Vector}.ConditionalSelect({condition}, {then}, {otherwise})" : $"{condition} ? {then} : {otherwise}";

    /// <summary>Which elements are below others.</summary>
    public string IsLess(string left, string right) => _isVector ? $"{isa.Vector}.LessThan({left}, {right})" : $"{left} < {right}";

    /// <summary>float32 to the nearest 32-bit integer, ties to even.</summary>
    public string Round(string value) => _isVector ? $"Levels.Round({value})" : $"(int)MathF.Round({value})";

    /// <summary>The bits of integers as float32.</summary>
    public string AsSingle(string value) => _isVector ? $"({value}).AsSingle()" : $"BitConverter.Int32BitsToSingle({value})";

    /// <summary>A vector of equal elements.</summary>
    public string Create(string value) => _isVector ? $"{isa.Vector}.Create({value})" : value;

    /// <summary>32-bit integers to float32, rounded to nearest even.</summary>
    public string ToSingle(string value) => _isVector ? $"{isa.Vector}.ConvertToSingle({value})" : $"(float)({value})";

    /// <summary>The value of a coded or float32 operand: one rounding.</summary>
    public string Value(Operand operand, string pointer, string index, string step)
    {
        if (operand.IsFloat)
            return _isVector ? $"{isa.Vector}.Load({CSharp.Plus($"(float*){pointer}", index)})" : $"((float*){pointer})[{index}]";
        string level = LoadLevels(pointer, index);
        if (operand.Zero != 0)
            level += $" - {Create(operand.Zero.ToString())}";
        return $"{ToSingle(level)} * {Create(step)}";
    }

    /// <summary>Emits <c>value</c>: a sum with its output's scale and bias; in those of a bit-plane, with the plane's coefficient.</summary>
    public void Scale(SourceWriter writer, string sum)
    {
        string scale = epilogue.Plane == Plane.None ? "scale" : $"(scale * {Create("coefficient")})";
        writer.Line($"{Type("float")} value = {ToSingle(sum)} * {scale};");
        if (epilogue.Plane != Plane.Next)
            writer.Line("value += bias;");
    }

    /// <summary>The limit above that kept levels of a store are left with, as an argument.</summary>
    public static string Most(Epilogue epilogue, int store) =>
        epilogue.RoundsFirst && epilogue.Stores[store].Encoding is { SaturatesBelow: true, Most: < byte.MaxValue } encoding ? $", {encoding.Most}" : "";

    /// <summary>Emits everything after <c>value</c>, which is y (or t, when premultiplied), for the elements at <paramref name="index"/>.</summary>
    /// <param name="writer">Receives the code.</param>
    /// <param name="index">The element's index in its pixel.</param>
    /// <param name="count">Elements to store; 0 for a whole vector.</param>
    /// <param name="pixel">The variable that counts pixels from the pointers on, or null where they point at the pixel itself.</param>
    /// <param name="keep">
    /// The variable that keeps a store's levels, by its number: they are stored later, by instructions that saturate at 0 and at <see cref="Most"/>.
    /// </param>
    public void Emit(SourceWriter writer, string index, int count, string? pixel = null, Func<int, string>? keep = null)
    {
        string At(int pixelBytes, bool isFloat) =>
            pixel is null ? index : $"{index} + {CSharp.Times(pixel, isFloat ? pixelBytes / sizeof(float) : pixelBytes)}";

        if (epilogue.Residual is { } residual)
            writer.Line($"value {(epilogue.IsProduct ? "*=" : "+=")} {Value(residual, "residual", At(residual.PixelBytes, residual.IsFloat), "residualStep")};");

        FunctionEmitter.Apply(writer, this, epilogue.Activation);
        for (int i = 0; i < epilogue.Stores.Count; i++)
        {
            string output = Output(i), at = At(epilogue.Stores[i].PixelBytes, epilogue.Stores[i].Encoding is null);
            if (epilogue.Stores[i].Encoding is not { } encoding)
            {
                Limit(writer);
                writer.Line(_isVector ? $"value.Store({CSharp.Plus($"(float*){output}", at)});" : $"((float*){output})[{at}] = value;");
                continue;
            }

            string suffix = i == 0 ? "" : "Skip";
            string reciprocal = i == 0 ? "reciprocal" : "skipReciprocal";
            string t = $"t{suffix}", level = $"level{suffix}";
            string scaled = epilogue.Premultiplied ? "value" : $"value * {Create(reciprocal)}";
            if (keep is not null && encoding.SaturatesBelow)
            {
                string limited = epilogue.RoundsFirst ? scaled : Min(scaled, Create(CSharp.Literal(encoding.High)));
                writer.Line($"{keep(i)} = Levels.Round({limited}){Shift(encoding.Zero)};");
                continue;
            }

            writer.Line($"{Type("float")} {t} = {Max(scaled, Create(CSharp.Literal(encoding.Low)))};");
            writer.Line($"{t} = {Min(t, Create(CSharp.Literal(encoding.High)))};");
            if (encoding.IsEven)
            {
                string rounded = _isVector ? $"Levels.Round({t})" : $"(int)MathF.Round({t})";
                writer.Line($"{Type("int")} {level} = {rounded}{Shift(encoding.Zero)};");
            }
            else
            {
                // Doubling is exact, so the half step that the value lies in is too.
                string halfSteps = _isVector
                    ? $"Levels.Round({isa.Vector}.Ceiling({t} + {t})){Shift(2 * encoding.Zero)}"
                    : $"(int)MathF.Ceiling({t} + {t}){Shift(2 * encoding.Zero)}";
                string table = i == 0 ? "levels" : "skipLevels";
                writer.Line(_isVector
                    ? $"{Type("int")} {level} = Levels.Map({halfSteps}, {table});"
                    : $"int {level} = {table}[{halfSteps}];");
            }

            writer.Line(keep is not null ? $"{keep(i)} = {level};"
                : !_isVector ? $"{output}[{at}] = (byte){level};"
                : count == 0 ? $"Levels.Store({level}, {CSharp.Plus(output, at)});"
                : $"Levels.Store({level}, {CSharp.Plus(output, at)}, {count});");
        }
    }

    /// <summary>The limits of an activation on a value that stays float32.</summary>
    private void Limit(SourceWriter writer)
    {
        ActivationFunction activation = epilogue.Activation;
        if (!activation.IsLimit)
            return;

        // Zero limits of any sign need the forms that know 0 from -0.
        bool isClip = activation.Kind == Activation.Clip;
        string low = Create(CSharp.Literal(activation.Low)), high = Create(CSharp.Literal(activation.High));
        if (!float.IsInfinity(activation.Low))
            writer.Line($"value = {(isClip && _isVector ? $"{isa.Vector}.Max(value, {low})" : Max("value", low))};");
        if (!float.IsInfinity(activation.High))
            writer.Line($"value = {(isClip && _isVector ? $"{isa.Vector}.Min(value, {high})" : Min("value", high))};");
    }

    private string Shift(int zero) => zero == 0 ? "" : $" + {Create(zero.ToString())}";

    // The native forms, since no NaN gets this far and the others cost three instructions more.
    internal string Max(string left, string right) => _isVector ? $"{isa.Vector}.MaxNative({left}, {right})" : $"Math.Max({left}, {right})";

    internal string Min(string left, string right) => _isVector ? $"{isa.Vector}.MinNative({left}, {right})" : $"Math.Min({left}, {right})";
}
