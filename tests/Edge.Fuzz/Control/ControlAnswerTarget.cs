using Edge.Protocols.Control.Json;

namespace Edge.Fuzz.Control;

/// <summary>What a control server answers to a registration and to the question for its key.</summary>
internal sealed class ControlAnswerTarget : FuzzTarget
{
    public override string Name => "control-answer";

    public override IReadOnlyList<byte[]> Seeds =>
    [
        """{"User":{"ID":1,"DisplayName":"alice"},"Login":{"LoginName":"alice"},"NodeKeyExpired":false,"MachineAuthorized":true,"AuthURL":"","Error":""}"""u8.ToArray(),
        """{"AuthURL":"https://login.example/a/1"}"""u8.ToArray(),
        """{"legacyPublicKey":"mkey:0000000000000000000000000000000000000000000000000000000000000000","publicKey":"mkey:d755972c168d29be04412a4f84bc21cc69467aec7b57c6733c42a75ffd4acf36"}"""u8.ToArray(),
    ];

    public override IReadOnlyList<byte[]> Words => ["null"u8.ToArray(), "true"u8.ToArray(), "\\ud800"u8.ToArray()];

    public override int Run(byte[] input)
    {
        var isAnswer = ControlJsonReader.TryReadRegister(input, out var answer, out var answerFault);
        var isKey = ControlJsonReader.TryReadKey(input, out var key, out var keyFault);
        Check(isAnswer == answerFault is null && isKey == keyFault is null, "What is refused has a reason.");
        return HashCode.Combine(isAnswer, isKey, answer?.IsMachineAuthorized, answer?.AuthUrl.Length > 0, answer?.Error.Length > 0, key?.ServerKey.Key.IsZero);
    }
}
