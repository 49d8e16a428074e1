using Edge.Protocols.Control.Messages;

namespace Edge.Protocols.Control.Json;

internal sealed partial class ControlJsonReader
{
    private static readonly FieldNames s_register = FieldNames.Of<RegisterField>();
    private static readonly FieldNames s_user = FieldNames.Of<UserField>();

    private static RegisterResponse ReadRegister(ref JsonSource json)
    {
        if (!json.EnterObject()) throw json.Fault("object");
        var response = new RegisterResponse();
        while (json.NextField(s_register, out var field))
        {
            switch ((RegisterField)field)
            {
                case RegisterField.User: response = response with { UserName = ReadUser(ref json, UserField.DisplayName) }; break;
                case RegisterField.Login: response = response with { LoginName = ReadUser(ref json, UserField.LoginName) }; break;
                case RegisterField.NodeKeyExpired: response = response with { IsNodeKeyExpired = json.Boolean() }; break;
                case RegisterField.MachineAuthorized: response = response with { IsMachineAuthorized = json.Boolean() }; break;
                case RegisterField.AuthURL: response = response with { AuthUrl = json.Text() }; break;
                case RegisterField.Error: response = response with { Error = json.Text() }; break;
                default: json.Skip(); break;
            }
        }
        return response;
    }

    private static string ReadUser(ref JsonSource json, UserField wanted)
    {
        var text = "";
        if (!json.EnterObject()) return text;
        while (json.NextField(s_user, out var field))
        {
            if (field == (int)wanted)
                text = json.Text();
            else
                json.Skip();
        }
        return text;
    }
}
