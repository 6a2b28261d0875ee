using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// The WebJobs SDK knows a function as a method with attributes, and the Functions host makes such methods for the
/// functions of a worker when it starts. So does this: one for each flow and activity, by its name.
/// </summary>
internal static class NamedFunctions
{
    /// <returns>A class derived from <see cref="FunctionBase"/>.</returns>
    public static Type Create(IEnumerable<string> flows, IEnumerable<string> activities)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName("Functions"),
            AssemblyBuilderAccess.RunAndCollect
        );
        TypeBuilder type = assembly
            .DefineDynamicModule("Functions")
            .DefineType("Functions", TypeAttributes.Public, typeof(FunctionBase));
        type.DefineDefaultConstructor(MethodAttributes.Public);
        foreach (string flow in flows)
        {
            Define(type, flow, nameof(FunctionBase.RunFlow), typeof(OrchestrationTriggerAttribute));
        }

        foreach (string activity in activities)
        {
            Define(type, activity, nameof(FunctionBase.RunActivity), typeof(ActivityTriggerAttribute));
        }

        return type.CreateType();
    }

    /// <summary>A method that calls another one with its own name and argument.</summary>
    private static void Define(TypeBuilder type, string name, string called, Type trigger)
    {
        MethodInfo target = typeof(FunctionBase).GetMethod(called)!;
        Type argument = target.GetParameters()[1].ParameterType;
        MethodBuilder method = type.DefineMethod(name, MethodAttributes.Public, target.ReturnType, [argument]);
        method.SetCustomAttribute(
            new CustomAttributeBuilder(typeof(FunctionNameAttribute).GetConstructor([typeof(string)])!, [name])
        );
        method
            .DefineParameter(1, ParameterAttributes.None, "context")
            .SetCustomAttribute(new CustomAttributeBuilder(trigger.GetConstructor(Type.EmptyTypes)!, []));
        ILGenerator body = method.GetILGenerator();
        body.Emit(OpCodes.Ldarg_0);
        body.Emit(OpCodes.Ldstr, name);
        body.Emit(OpCodes.Ldarg_1);
        body.Emit(OpCodes.Call, target);
        body.Emit(OpCodes.Ret);
    }
}
