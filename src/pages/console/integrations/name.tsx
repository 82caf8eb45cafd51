/** What an integration is called: its kind, and what tells it from others of its kind. */
import { kindTitle } from "../../../services/names";

export const IntegrationName = ({ kind, about }: { readonly kind: string; readonly about: string | undefined }) => (
  <>
    {kindTitle(kind)}
    {about !== undefined && <span class="about">{about}</span>}
  </>
);
