import { Button } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ReactNode } from 'react';

function AnchorButton(props: ButtonProps & { readonly children?: ReactNode }) {
  return <Button component="a" {...props} />;
}

/** A link that looks like a button, because it leads to where something is done. */
export const ButtonLink = createLink(AnchorButton);
