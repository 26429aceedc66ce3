import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createExecution, getExecution } from '@kanade/api-client';
import { executionQuery } from '../../api/executions.ts';
import { failureOf } from '../../api/problem.ts';
import { FailureNotice } from '../../components/feedback.tsx';
import { useSelection } from '../../components/selection.tsx';
import type { ChosenEndpoint } from '../../components/selection.tsx';
import { paths } from '../../paths.ts';
import { ConfirmMore } from './confirm-more.tsx';
import type { Confirm } from './confirm-more.tsx';
import { ConfirmRun } from './confirm-run.tsx';
import { faultsOf, requestOf } from './run-values.ts';
import type { Fault, RunValues } from './run-values.ts';
import { TargetsPart } from './targets.tsx';
import { useTargets } from './use-targets.ts';
import { WhatPart } from './what.tsx';
import classes from './run.module.css';

/** Below this many, the button itself says enough. */
const confirmFrom = 5;

function useStart(onStarted: () => void) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  // The same request sent again (a lost answer, a second click) must not run twice; another one is a new request.
  const key = useRef<{ request: string; key: string }>(undefined);
  return useMutation({
    mutationFn: ({ request, confirm }: { readonly request: ReturnType<typeof requestOf>; readonly confirm?: Confirm }) => {
      const text = JSON.stringify(request);
      if (key.current?.request !== text) key.current = { request: text, key: crypto.randomUUID() };
      return createExecution({ ...request, ...(confirm && { confirm }) }, { headers: { 'Idempotency-Key': key.current.key } });
    },
    onSuccess: async ({ executionId, position }) => {
      onStarted();
      // The page to come must not ask a read model that has not heard of the execution yet.
      await queries.query({
        ...executionQuery(executionId),
        queryFn: ({ signal }) => getExecution(executionId, { minPosition: position }, { signal }),
      }).catch(() => undefined);
      await navigate({ to: paths.execution, params: { executionId } });
    },
  });
}

/** What, where, and the button that says on how many. */
export function RunForm({ initial, endpoints }: { readonly initial: RunValues; readonly endpoints: readonly ChosenEndpoint[] }) {
  const { t } = useTranslation();
  const selection = useSelection();
  const targets = useTargets(endpoints);
  const [isConfirming, confirm] = useDisclosure(false);
  const [wasSent, setWasSent] = useState(false);
  const words = ({ key, name = '' }: Fault) => t(`invalid.${key}`, { name });
  const form = useForm<RunValues>({
    initialValues: initial,
    validate: (values) => Object.fromEntries(Object.entries(faultsOf(values)).map(([field, fault]) => [field, words(fault)])),
  });
  const start = useStart(selection.clear);
  const send = (more?: Confirm) => {
    start.mutate({ request: requestOf(form.values, targets.list.map(({ id }) => id)), ...(more && { confirm: more }) }, { onSettled: confirm.close });
  };
  // The code was wrong, or none was given yet: it is asked for until it is right or somebody else is.
  const wantsMore = start.variables !== undefined && ['confirmation-required', 'second-factor-failed'].includes(failureOf(start.error).code);
  const isProving = wantsMore || (start.isPending && start.variables.confirm !== undefined);
  const count = targets.list.length;
  return (
    <>
      <form
        onSubmit={(event) => {
          setWasSent(true);
          form.onSubmit(() => {
            if (count === 0) return;
            if (count >= confirmFrom) confirm.open();
            else send();
          })(event);
        }}
      >
        {start.isError && !wantsMore && <FailureNotice of="action" error={start.error} />}
        <div className={classes['form']}>
          <WhatPart form={form} />
          <div className={classes['part']}>
            <TargetsPart targets={targets} showsFault={wasSent} />
            <Button type="submit" size="md" leftSection={<IconPlayerPlay size={16} />} loading={start.isPending && !isConfirming}>
              {count === 0 ? t('run.submitNone') : t('run.submit', { count })}
            </Button>
          </div>
        </div>
      </form>
      {isConfirming && <ConfirmRun targets={targets.list} isPending={start.isPending} onConfirm={() => { send(); }} onClose={confirm.close} />}
      {isProving && <ConfirmMore count={count} error={start.variables.confirm === undefined ? null : start.error} isPending={start.isPending} onConfirm={send} onClose={start.reset} />}
    </>
  );
}
